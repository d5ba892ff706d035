"""Trials of a user's own tests: plain pytest runs them on one solution after the other.

The tests are the user's, on the user's machine, so nothing is locked. A trial has a temporary
folder with the solution and the tests, and a process that ends with it.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from dlprep.errors import FaultError
from dlprep.sandbox import ONE_THREAD

if TYPE_CHECKING:
    import pytest

TOTAL_FACTOR = 4  # a trial may take as long as four tests that use up their time
MAX_PROCESSES = 20  # of one trial: a test that ends its process costs the next one another
LOADING = 5.0  # seconds on top, in which pytest starts and the files load
GRACE = 20.0  # seconds after which the runner itself must hang
DONE = 77  # the exit code of a process that came to the end of its tests
OPTIONS = ["-c", os.devnull, "--noconftest", "--disable-plugin-autoload"]
OPTIONS += ["-p", "no:cacheprovider", "-p", "no:faulthandler"]  # the latter's timer is used here


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a test. ``test`` is "" when the two files do not even load.

    ``status`` is passed, failed, skipped, timeout, crash or not run; ``type`` and ``text`` are
    those of an exception. ``lines`` are the lines of the tests that raised or were running,
    innermost first, ``solution_lines`` those of the solution.
    """

    test: str
    status: str
    type: str = ""
    text: str = ""
    lines: tuple[int, ...] = ()
    solution_lines: tuple[int, ...] = ()
    printed: str = ""


class Runner:
    """A process that runs trials, one at a time. It loads NumPy and pytest once, and forks."""

    def __init__(self, name: str, tests: bytes, seconds: float) -> None:
        """``seconds`` are those that one of the ``tests`` of the exercise ``name`` may take."""
        self.name, self.tests, self.seconds = name, tests, seconds
        users = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")
        ours = ONE_THREAD | {"PYTHONDONTWRITEBYTECODE": "1"}
        self._process = subprocess.Popen(
            # -P: a numpy.py in the user's folder is not NumPy
            [sys.executable, "-P", "-c", "from dlprep.judge.trials import serve; serve()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={key: value for key, value in os.environ.items() if key not in users} | ours,
            start_new_session=True,  # Ctrl-C is the command's, and kill reaches what tests start
        )

    def run(self, solution: bytes, leave_out: Collection[str] = ()) -> list[Outcome]:
        """What the tests find of ``solution``, in their order, but for those to ``leave_out``."""
        with tempfile.TemporaryDirectory(prefix="dlprep-", ignore_cleanup_errors=True) as folder:
            (Path(folder) / f"{self.name}.py").write_bytes(solution)
            (Path(folder) / f"test_{self.name}.py").write_bytes(self.tests)
            return self._run(Path(folder), leave_out)

    def kill(self) -> None:
        """End the process and what it started; a trial under way ends with a ``FaultError``."""
        with suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.kill()

    def close(self) -> None:
        """End the process, once no trial is under way."""
        self.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):  # what is left in it goes nowhere
                    pipe.close()

    def _run(self, folder: Path, leave_out: Collection[str]) -> list[Outcome]:
        names: list[str] = []
        found: dict[str, Outcome] = {}
        ends = time.time() + LOADING + TOTAL_FACTOR * self.seconds
        for _ in range(MAX_PROCESSES):
            ended = self._ask(folder, [*leave_out, *found], ends)
            current = ""
            for line in (folder / "log").read_text(encoding="utf-8").splitlines():
                said = json.loads(line)
                if isinstance(said, list):
                    names = [name for name in said if name not in leave_out]
                elif isinstance(said, str):
                    current = said
                else:
                    found[said["test"]] = Outcome(**said)
            if ended and current not in found:
                found[current] = self._stopped(folder, current, ended)
            if "" in found:
                return [found[""]]
            if len(found) == len(names) or time.time() >= ends:
                break
        late = "the time was used up"
        return [found.get(name) or Outcome(name, "not run", text=late) for name in names]

    def _ask(self, folder: Path, leave_out: list[str], ends: float) -> str:
        """Have the tests run, but for some; how their process ended, if it was before its time."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        request = {
            "folder": str(folder),
            "name": self.name,
            "leave_out": leave_out,
            "seconds": self.seconds,
            "ends": ends,
        }
        net = threading.Timer(ends - time.time() + GRACE, self.kill)
        net.start()
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
            code = int(self._process.stdout.readline())
        except (OSError, ValueError) as error:
            raise FaultError("the tests cannot be run: their process ended") from error
        finally:
            net.cancel()
        if code < 0:
            return f"the process was ended by {signal.Signals(-code).name}"
        return f"the process ended itself with exit code {code}" if code != DONE else ""

    def _stopped(self, folder: Path, test: str, ended: str) -> Outcome:
        """A test that ended its process, or was stopped by the timer, which leaves a traceback."""
        stack = (folder / "stack").read_text(encoding="utf-8")
        if not stack:
            return Outcome(test, "crash", text=ended)
        running = re.findall(rf'/test_{self.name}\.py", line (\d+)', stack)
        late = f"did not finish in {self.seconds + (0 if test else LOADING):.3g} s"
        return Outcome(test, "timeout", text=late, lines=tuple(map(int, running)))


def serve() -> None:
    """Run the trials that come as lines of JSON, each in a process of its own."""
    import numpy as np  # noqa: F401 - loaded once, for all that are forked
    import pytest  # noqa: F401 - as above

    for line in sys.stdin:
        if hasattr(os, "fork"):
            if (pid := os.fork()) == 0:
                run_tests(json.loads(line))
            code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        else:
            program = f"from dlprep.judge import trials; trials.run_tests({json.loads(line)!r})"
            code = subprocess.run([sys.executable, "-P", "-c", program], check=False).returncode
        print(code, flush=True)


def run_tests(request: dict[str, Any]) -> None:
    """Run the tests once, in this process, which ends with them."""
    import random

    import numpy as np
    import pytest

    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nothing, stream)
    random.seed()
    np.random.seed(int.from_bytes(os.urandom(4), "little"))  # forks would draw the same numbers
    os.chdir(request["folder"])
    with Path("log").open("w", encoding="utf-8") as log, Path("stack").open("w") as stack:
        options = [*OPTIONS, "--rootdir", request["folder"], f"test_{request['name']}.py"]
        notes = _Notes(request, log, stack)
        notes.limit(LOADING)
        code = pytest.main(options, plugins=[notes])
    os._exit(0 if code == pytest.ExitCode.INTERRUPTED else DONE)


class _Notes:
    """A plugin of pytest: it logs what becomes of each test, as it happens."""

    def __init__(self, request: dict[str, Any], log: TextIO, stack: TextIO) -> None:
        self.request, self.log, self.stack = request, log, stack
        self.error: BaseException | None = None
        self.outcomes: list[str] = []

    def note(self, what: Any) -> None:
        """Add a line, at once: the next statement may end the process."""
        print(json.dumps(what), file=self.log, flush=True)

    def limit(self, more: float = 0.0) -> None:
        """Give what follows its time, after which the process leaves a traceback and ends."""
        import faulthandler

        left = min(self.request["seconds"] + more, self.request["ends"] - time.time())
        faulthandler.dump_traceback_later(max(left, 0.01), exit=True, file=self.stack)

    def pytest_exception_interact(
        self, call: pytest.CallInfo[Any], report: pytest.CollectReport | pytest.TestReport
    ) -> None:
        """The file of tests does not load, or pytest can make no tests of it."""
        import pytest

        if isinstance(report, pytest.CollectReport) and call.excinfo is not None:
            error = call.excinfo.value
            self.note(self.described("", "failed", error.__cause__ or error, ""))

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Tell which tests there are, and keep those that are wanted now."""
        self.note([_name(item.nodeid) for item in items])
        leave_out: Collection[str] = self.request["leave_out"]
        items[:] = [item for item in items if _name(item.nodeid) not in leave_out]

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """A test begins, and its time."""
        self.error, self.outcomes = None, []
        self.note(_name(nodeid))
        self.limit()

    def pytest_runtest_makereport(self, call: pytest.CallInfo[None]) -> None:
        """Keep the first exception: what a fixture raises afterwards comes of it."""
        self.error = self.error or (call.excinfo.value if call.excinfo else None)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Log a test after its last phase; an expected failure is ``skipped``."""
        import faulthandler

        self.outcomes.append(report.outcome)
        if report.when != "teardown":
            return
        faulthandler.cancel_dump_traceback_later()
        status = next((one for one in ("failed", "skipped") if one in self.outcomes), "passed")
        name, printed = _name(report.nodeid), report.capstdout[:2000]
        self.note(self.described(name, status, self.error, printed))

    def described(
        self, test: str, status: str, error: BaseException | None, printed: str
    ) -> dict[str, Any]:
        """An ``Outcome`` as JSON."""
        import pytest

        text = "" if error is None else f"{error}"[:2000]
        if isinstance(error, pytest.FixtureLookupError) and error.msg is None:
            text = f"fixture {error.argname!r} not found (no conftest.py is read)"
        name, raised = self.request["name"], "" if error is None else type(error).__name__
        lines = _lines(error, f"test_{name}")
        if isinstance(error, SyntaxError):
            text, lines = error.msg, [error.lineno or 1]
        return {
            "test": test,
            "status": status,
            "type": raised,
            "text": text,
            "lines": lines,
            "solution_lines": _lines(error, name),
            "printed": printed,
        }


def _name(nodeid: str) -> str:
    return nodeid.partition("::")[2]


def _lines(error: BaseException | None, module: str) -> list[int]:
    """The lines of a module that an exception passed through, innermost first."""
    lines, trace = list[int](), None if error is None else error.__traceback__
    while trace is not None:
        if Path(trace.tb_frame.f_code.co_filename).stem == module:
            lines.insert(0, trace.tb_lineno)
        trace = trace.tb_next
    return lines
