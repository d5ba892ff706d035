"""Collect an exercise's hidden cases with pytest, here, in the trusted process, and run them.

pytest is given the one file of cases and nothing of the submission's: no configuration, no
conftest, no plugin but ``Cases``. What a case finds is taken from its exception, never from any
output.
"""

from __future__ import annotations

import os
import sys
import traceback
import types
import warnings
import zlib
from bdb import BdbQuit
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from dlprep.catalog import Exercise
from dlprep.checks import CaseError, CheckFailed
from dlprep.checks.show import call_text, kind_of
from dlprep.errors import Ended
from dlprep.judge.source import Source
from dlprep.sandbox.handles import Functions
from dlprep.sandbox.process import WorkerFault
from dlprep.sandbox.replies import Call, SubmissionError
from dlprep.sandbox.submission import Submission
from dlprep.verdict import CaseResult, Finding, Location

# pytest's own plugins that have no work here; each costs milliseconds of every check
UNUSED_PLUGINS = """
    cacheprovider capture debugging doctest faulthandler junitxml legacypath logging monkeypatch
    pastebin pytester_assertions recwarn setuponly setupplan skipping stepwise subtests terminal
    terminalprogress threadexception tmpdir unittest unraisableexception warnings
    """.split()  # noqa: SIM905 - a list of twenty quoted names reads worse
OUTCOMES = (pytest.skip.Exception, pytest.fail.Exception)  # they do not derive from Exception


class CaseFault(Exception):
    """A case went wrong in itself: the exercise's fault, or ours."""


@dataclass(frozen=True)
class Trial:
    """One submission that the cases of an exercise are run on.

    ``only`` is the name of the one case that is wanted; ``quick`` ends with the first failure.
    """

    submission: Submission
    reference: types.ModuleType
    source: Source
    seed: int
    only: str | None = None
    quick: bool = False


_collected: dict[Path, tuple[int, Cases]] = {}  # by file: when it was changed last, its cases


def run_cases(exercise: Exercise, run: Trial) -> tuple[CaseResult, ...]:
    """Run the exercise's cases for a submission: their results, in the order of the file.

    Raises ``CaseFault`` when the fault is not the submission's, ``WorkerFault``, and ``BdbQuit``
    when the user leaves a debugger.
    """
    path = exercise.cases
    changed = path.stat().st_mtime_ns
    if path not in _collected or _collected[path][0] != changed:  # it takes longer than to run them
        _collected[path] = changed, _collect(path, exercise.folder.parent)
    return _collected[path][1].run(run)


def _collect(path: Path, root: Path) -> Cases:
    """The cases of the file ``path``, whose modules are named below ``root``."""
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):  # the user's are not for these cases
        os.environ.pop(name, None)
    options = ["-c", os.devnull, "--rootdir", str(root), "--noconftest"]
    options += ["--import-mode=importlib", "--assert=plain", "--disable-plugin-autoload"]
    options += [part for name in UNUSED_PLUGINS for part in ("-p", f"no:{name}")]
    # An author has edited the file since; or the one loaded is that of another catalogue.
    sys.modules.pop(".".join(path.relative_to(root).with_suffix("").parts), None)
    cases = Cases()
    pytest.main([*options, str(path)], plugins=[cases])
    if isinstance(cases.fault, KeyboardInterrupt):
        raise cases.fault
    if cases.fault:
        raise CaseFault(cases.fault)
    return cases


class Cases:
    """The pytest plugin: pytest collects the cases, and ``run`` runs them for one submission.

    ``fault`` is why they cannot be collected, "" if they are.
    """

    def __init__(self) -> None:
        self.fault: BaseException | str = "pytest ended by itself"
        self._items: list[pytest.Item] = []
        self._run: Trial

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file of cases that cannot be imported is a fault."""
        if report.failed:
            why = str(report.longrepr).strip().splitlines()[-1].removeprefix("E").strip()
            self.fault = f"they cannot be collected: {why}"

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Keep Ctrl-C, which pytest does not pass on."""
        self.fault = excinfo.value

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Keep the collected cases; they are run later, and more than once."""
        if not session.testsfailed:
            self._items, self.fault = session.items, ""
        return True

    @pytest.fixture
    def submission(self) -> Functions:
        """The submission: its functions run in the worker."""
        return self._run.submission.functions

    @pytest.fixture
    def reference(self) -> types.ModuleType:
        """The reference solution's module."""
        return self._run.reference

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> np.random.Generator:
        """A generator seeded by the run's seed and the case's name, whatever else runs."""
        return np.random.default_rng([self._run.seed, zlib.crc32(request.node.name.encode())])

    def run(self, run: Trial) -> tuple[CaseResult, ...]:
        """The results of the cases; see ``run_cases``."""
        self._run = run
        results: list[CaseResult] = []
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            for item in self._wanted(run.only):
                if run.submission.exhausted:
                    results.append(CaseResult(_name(item), _label(item), "not run"))
                    continue
                try:
                    results.append(self._run_case(item))
                except (BdbQuit, Ended, WorkerFault):
                    raise
                except (Exception, SystemExit, *OUTCOMES) as error:
                    raise CaseFault(f"{type(error).__name__}: {error}") from error
                if run.quick and results[-1].status != "passed":
                    break
        return tuple(results)

    def _wanted(self, only: str | None) -> list[pytest.Item]:
        """All cases; or those of the function, or the one with the parameters, that is named."""
        if not self._items:
            raise CaseFault("there are none")
        if only is None:
            return self._items
        wanted = only.removeprefix("test_")
        names = {item: _name(item) for item in self._items}
        found = [one for one, name in names.items() if wanted in (name, name.partition("[")[0])]
        if not found:
            raise CaseFault(f"no case is named {only}; there are {', '.join(names.values())}")
        return found

    def _run_case(self, item: pytest.Item) -> CaseResult:
        """pytest's own protocol of one test without its reports, which cost more than a case."""
        submission = self._run.submission
        first_call = len(submission.calls)
        error: BaseException | None = None
        if isinstance(item, pytest.Function):
            item._initrequest()  # its fixtures are those of this run, as in pytest's own runner
        try:
            item.ihook.pytest_runtest_setup(item=item)
            submission.begin_case()
            try:
                item.runtest()
            except (pytest.exit.Exception, BdbQuit):
                raise
            except (Exception, *OUTCOMES) as raised:
                error = raised
            return self._result(item, submission.calls[first_call:], error)
        finally:
            item.ihook.pytest_runtest_teardown(item=item, nextitem=None)

    def _result(
        self, item: pytest.Item, calls: Sequence[Call], error: BaseException | None
    ) -> CaseResult:
        """What the case found; it raises ``error`` if the fault is not the submission's."""
        for made in calls:
            made.failed = error is not None
        printed, last = "".join(call.printed for call in calls), calls[-1] if calls else None
        found = CaseResult(_name(item), _label(item), "failed", printed=printed)
        if error is None:
            return replace(found, status="passed", advice=self._warned(calls))
        if isinstance(error, CheckFailed):
            call = _call_of(error.subject, calls)
            return replace(
                found,
                kind=error.kind,
                call=self._text(call, calls),
                findings=tuple(Finding(*finding) for finding in error.findings),
                location=next(iter(self._warned([call] if call else [])), None),
            )
        if isinstance(error, SubmissionError):
            kind, reasons = _no_answer(error, last)
            return replace(
                found,
                status="error" if error.kind in ("timeout", "crash", "output") else "failed",
                kind=kind,
                call="" if error.kind in ("missing", "signature") else self._text(last, calls),
                findings=tuple(reasons),
                location=self._run.source.of_error(error),
            )
        if isinstance(error, (CaseError, WorkerFault)) or _in_reference(error) or last is None:
            raise error
        # The case works on every right solution (`author check`), so what came back is wrong.
        what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        advice = Finding("", f"the case cannot go on with this ({what})")
        findings = (Finding("got", kind_of(last.result)), advice)
        return replace(found, kind="form", call=self._text(last, calls), findings=findings)

    def _text(self, call: Call | None, calls: Sequence[Call]) -> str:
        """A call of a case's ``calls`` as code; of a use of an object, with how that was made."""
        if call is None or not call.function:
            return ""
        made = [one for one in calls if one.request["op"] == "call"]
        made = [one for one in made if one.function == call.function]
        if call.request["op"] == "call":
            made = [call]
        if len(made) != 1:  # it may be any of several objects
            return f"{call.function}(…)"
        names = made[0].request["names"]
        text = call_text(call.function, names, made[0].args, made[0].kwargs)
        if call.request["op"] == "get":
            text += f".{call.request['name']}"
        elif call.request["op"] == "invoke":
            got = [one for one in calls if one.request["op"] == "get"]
            number = call.request["object"]
            method = [one for one in got if getattr(one.result, "_number", None) == number][:1]
            text += "".join(f".{one.request['name']}" for one in method)
            text += call_text("", [], call.args, call.kwargs)
        return text

    def _warned(self, calls: Sequence[Call]) -> tuple[Location, ...]:
        """The lines of the submission that gave warnings, each once."""
        places = (
            self._run.source.at(warned.line, f"{warned.category}: {warned.message}")
            for call in calls
            for warned in call.warnings
        )
        return tuple(dict.fromkeys(place for place in places if place is not None))


def _name(item: pytest.Item) -> str:
    return item.name.removeprefix("test_")


def _label(item: pytest.Item) -> str:
    """The first line of the case's docstring, with its parameters."""
    document = getattr(getattr(item, "obj", None), "__doc__", None) or ""
    label = document.strip().split("\n")[0].rstrip(".")
    parameters = item.name.partition("[")[2].removesuffix("]")
    return f"{label} ({parameters})" if parameters else label


def _call_of(subject: object, calls: Sequence[Call]) -> Call | None:
    """The call whose result ``subject`` is, or is a part of; else the last one."""
    wanted = {id(part) for part in _parts(subject)}
    for call in reversed(calls):
        if wanted & {id(part) for part in _parts(call.result)}:
            return call
    return calls[-1] if calls else None


def _parts(value: object) -> list[object]:
    """The arrays and objects in a nested value. Numbers and texts do not count: they are shared."""
    if isinstance(value, Mapping):
        value = tuple(value.values())
    if isinstance(value, (tuple, list)):
        return [part for item in value for part in _parts(item)]
    return [] if value is None or isinstance(value, (bool, int, str, bytes)) else [value]


def _in_reference(error: BaseException) -> bool:
    """Whether the exception comes from the reference."""
    frames = traceback.walk_tb(error.__traceback__)
    return any(frame.f_code.co_filename == "reference.py" for frame, _ in frames)


def _no_answer(error: SubmissionError, last: Call | None) -> tuple[str, list[Finding]]:
    """The kind and the findings of a call that gave no result, or a result of another form."""
    raised = error.raised
    if error.kind == "form" and last is not None:
        findings = [Finding("got", kind_of(last.result)), Finding("expected", str(error))]
        if last.result is not None:
            return "type", findings
        return "none", [
            *findings,
            Finding("", f"{last.function} returned None: is a `return` missing?"),
        ]
    if error.kind == "timeout":
        return "timeout", [Finding("stopped", f"{error}: is there an endless loop?")]
    if raised is None:
        label = {"crash": "crashed", "output": "stopped"}.get(error.kind, "")
        return error.kind, [Finding(label, str(error))]
    if raised.type == "NotImplementedError":
        function = last.function if last is not None else "it"
        return "not implemented", [Finding("", f"{function} is not implemented yet")]
    if raised.refused:
        text = f"the import of {raised.message}: NumPy and the harmless standard library are there"
        return "import", [Finding("refused", text)]
    what = f"{raised.type}: {raised.message}" if raised.message else raised.type
    advice = {
        "SystemExit": "the submission ends the program: return a result instead",
        "EOFError": "input() has nothing to read: all data come as arguments",
    }.get(raised.type)
    return "exception", [Finding("raised", what), *([Finding("", advice)] if advice else [])]
