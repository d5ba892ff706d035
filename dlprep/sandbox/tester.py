"""The process that runs a user's own tests: ``python -I -S tester.py <folders of packages>``.

It is a worker: it gets the text of a solution and that of the tests through its pipe, is locked
before it reads them, and answers requests. It never learns whose solution that is. pytest runs
here without configuration, conftest or foreign plugins, on a file that exists in memory alone.

Tests may import all of the standard library, beside pytest, NumPy and the solution: plain tests
begin with ``import os`` and the like, and what must not be reached the lock refuses. The guard of
imports, which tells a submission early what it may not use, is for the solution alone.
"""

from __future__ import annotations

import ast
import errno
import functools
import os
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

    from dlprep.sandbox import lockdown, wire, worker
else:
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100,PTH120 - start-up
    import lockdown
    import wire
    import worker

    del sys.path[0]

# pytest's own plugins that have no work here
UNUSED_PLUGINS = """
    cacheprovider doctest faulthandler junitxml legacypath pastebin pytester_assertions setuponly
    setupplan stepwise terminalprogress threadexception unraisableexception
    """.split()  # noqa: SIM905 - a list of quoted names reads worse
MAX_LINES = 20  # of a traceback
MAX_CHAIN = 10  # of exceptions that led to one another


class NotCollected(Exception):  # noqa: N818 - what became of the tests
    """pytest cannot make tests of what the file defines; the message is pytest's."""


class Starter:
    """The plugin with which a session of pytest begins: it waits here for what it is to run.

    The session is set up before the lock, and before a nursery forks: that takes longer than
    most tests.
    """

    def __init__(self, lock: lockdown.Lock, streams: worker.Streams | None) -> None:
        self.lock, self.streams = lock, streams

    def pytest_collection(self) -> bool:
        """True: nothing is collected yet."""
        return True

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Lock the process, and answer requests until it ends."""
        worker.serve(functools.partial(Tester, session), self.lock, self.streams)
        return True


class Tester(worker.Worker):
    """Loads one solution and the tests, and runs one test after the other. A pytest plugin."""

    def __init__(self, session: pytest.Session, source: wire.Stream, sink: wire.Stream) -> None:
        import numpy as np

        super().__init__(source, sink)
        np.random.seed(int.from_bytes(os.urandom(4)))  # else all forks draw the same numbers
        self.session = session
        self.solution = ""  # its file
        self.items: list[pytest.Item] = []
        self.outcomes: list[str] = []  # of the test's three phases
        self.error: BaseException | None = None
        self.not_collected = ""
        session.config.pluginmanager.register(self, "dlprep")

    def _answer(
        self, message: dict[str, Any], arrays: list[Any]
    ) -> tuple[dict[str, Any], list[Any]]:
        match message["op"]:
            case "load":  # the solution, as every worker does
                self.solution = message["file"]
            case "collect":
                return self._answer_collect(message, arrays[0].tobytes()), []
            case "run":
                return self._run(message["test"], message["next"]), []
        return super()._answer(message, arrays)

    def _answer_collect(self, message: dict[str, Any], source: bytes) -> dict[str, Any]:
        self.file = message["file"]
        try:
            self._collect(message["name"], source)
        except BaseException as error:
            return {"raised": self._describe(error)}
        return {"tests": [_name(item) for item in self.items]}

    def _collect(self, name: str, source: bytes) -> None:
        """Run the file of tests, its assertions rewritten, and let pytest collect it."""
        import pytest
        from _pytest.assertion.rewrite import rewrite_asserts

        module = types.ModuleType(name)
        module.__file__ = f"/{self.file}"
        sys.modules[name] = module
        tree = ast.parse(source, self.file)
        rewrite_asserts(tree, source, self.file, self.session.config)
        exec(compile(tree, self.file, "exec", dont_inherit=True), vars(module))

        class TestFile(pytest.Module):
            def _getobj(self) -> types.ModuleType:
                return module

        file = TestFile.from_parent(self.session, path=Path(module.__file__))
        self.items = list(self.session.genitems(file))
        if self.not_collected:
            raise NotCollected(self.not_collected)
        self.session.config.hook.pytest_collection_modifyitems(
            session=self.session, config=self.session.config, items=self.items
        )

    def _run(self, number: int, following: int | None) -> dict[str, Any]:
        self.outcomes, self.error = [], None
        item = self.items[number]
        ended = False
        try:
            nextitem = None if following is None else self.items[following]
            item.ihook.pytest_runtest_protocol(item=item, nextitem=nextitem)
        except BaseException as error:  # pytest.exit() or KeyboardInterrupt: the run is over
            self.outcomes.append("failed")
            self._note(error)
            ended = True
        outcome = next((one for one in ("failed", "skipped") if one in self.outcomes), "passed")
        reply: dict[str, Any] = {"outcome": outcome, "ended": ended}
        if self.error is not None:
            reply |= {"raised": self._describe(self.error), **_said_of(self.error)}
            reply["solution_lines"] = list(_lines(self.error, self.solution))[-MAX_LINES:]
        return reply

    def _note(self, error: BaseException) -> None:
        """Keep the first: what a fixture raises afterwards comes of it."""
        if self.error is None:
            self.error = error

    # what pytest tells its plugins

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note what cannot be collected."""
        if report.failed:
            self.not_collected = self.not_collected or str(report.longrepr)

    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> pytest.TestReport:
        """A phase's report, without the traceback in words that pytest would make of it."""
        import pytest

        outcome: Any = "passed"
        if call.excinfo is not None:
            skipped = isinstance(call.excinfo.value, pytest.skip.Exception)
            outcome = "skipped" if skipped else "failed"
            self._note(call.excinfo.value)
        when: Any = call.when
        return pytest.TestReport(item.nodeid, item.location, {}, outcome, None, when)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A phase's outcome, or a subtest's; an expected failure is ``skipped``."""
        self.outcomes.append(report.outcome)


def _name(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[2]


def _lines(error: BaseException, file: str) -> Iterator[int]:
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            yield trace.tb_lineno
        trace = trace.tb_next


def _said_of(error: BaseException) -> dict[str, Any]:
    """What an exception is beside its type and text: a fixture's absence, the lock's refusal."""
    import pytest

    said: dict[str, Any] = {"fixture": None, "denied": any(map(_is_denial, _chain(error)))}
    if isinstance(error, pytest.FixtureLookupError) and error.msg is None:
        said["fixture"] = str(error.argname)
    return said


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An exception, and those during which it was raised."""
    for _ in range(MAX_CHAIN):
        if error is None:
            return
        yield error
        error = error.__cause__ or error.__context__


def _is_denial(error: BaseException) -> bool:
    if isinstance(error, RuntimeError):
        return "can't start new thread" in str(error)
    # A file of the user's is not even there, since this process has no folder of theirs.
    codes = (errno.EPERM, errno.EACCES, errno.ENOENT)
    return isinstance(error, OSError) and error.errno in codes


def main() -> None:
    """Set up a session of pytest, lock the process, then serve; or do so as one of a nursery's."""
    streams = worker.start()
    folders = sys.argv[1:]
    del sys.argv[1:]
    sys.path += folders
    import numpy as np
    import numpy.testing
    import packaging.version  # noqa: F401 - pytest.importorskip loads it late
    import pytest

    np.random.default_rng  # noqa: B018 - loads the lazy part now
    sys.path[-len(folders) :] = []
    options = ["-c", os.devnull, "--rootdir", os.path.abspath(os.sep)]  # noqa: PTH100 - start-up
    options += ["--noconftest", "--capture=no", "--disable-plugin-autoload"]
    options += ["--no-header", "--color=no"]  # the page itself goes nowhere
    options += [part for name in UNUSED_PLUGINS for part in ("-p", f"no:{name}")]
    pytest.main(options, plugins=[Starter(lockdown.Lock(folders[0]), streams)])


if __name__ == "__main__":
    main()
