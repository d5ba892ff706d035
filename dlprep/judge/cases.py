"""Collect an exercise's hidden cases with pytest and run them, in this trusted process.

pytest reads the file of cases and nothing else: no configuration, no conftest, no plugin but
``Cases``. What a case found is read from its exception, never from any output.
"""

from __future__ import annotations

import os
import sys
import time
import traceback
import types
import warnings
import zlib
from bdb import BdbQuit
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlprep.catalog import Exercise
from dlprep.checks import CaseError, CheckFailed
from dlprep.checks.conventions import CONVENTIONS
from dlprep.checks.show import call_text, kind_of
from dlprep.errors import Ended
from dlprep.judge.source import Source
from dlprep.sandbox.handles import Functions
from dlprep.sandbox.process import WorkerFault
from dlprep.sandbox.replies import Call, SubmissionError
from dlprep.sandbox.requests import MAX_MESSAGE
from dlprep.sandbox.submission import Submission
from dlprep.verdict import UNWRITTEN, CaseResult, CaseStatus, Contrast, Finding, Location

# pytest's own plugins that have no work here; each costs milliseconds of every check
UNUSED_PLUGINS = """
    cacheprovider capture debugging doctest faulthandler junitxml legacypath logging monkeypatch
    pastebin pytester_assertions recwarn setuponly setupplan skipping stepwise subtests terminal
    terminalprogress threadexception tmpdir unittest unraisableexception warnings
    """.split()  # noqa: SIM905 - a list of twenty quoted names reads worse
ADVICE = {  # on an exception of this type
    "SystemExit": "the submission ends the program: return a result instead",
    "EOFError": "input() has nothing to read: all data come as arguments",
}
DRAWS = 3  # on which a contrast must be right
OUTCOMES = (pytest.skip.Exception, pytest.fail.Exception)  # they do not derive from Exception


class CaseFault(Exception):
    """A case is broken: the exercise's fault, or ours."""


@dataclass(frozen=True)
class Trial:
    """A submission to run the cases on.

    ``only`` is the name of the one case to run; ``quick`` ends with the first failure.
    """

    submission: Submission
    reference: types.ModuleType
    source: Source
    seed: int
    only: str | None = None
    quick: bool = False


def run_cases(exercise: Exercise, run: Trial) -> tuple[CaseResult, ...]:
    """Run the exercise's cases for a submission: their results, in the order of the file.

    Raises ``CaseFault`` when the fault is not the submission's, ``WorkerFault``, and ``BdbQuit``
    when the user leaves a debugger.
    """
    return _cases(exercise).run(run)


def run_contrasts(exercise: Exercise, run: Trial, deadline: float) -> tuple[Contrast, ...]:
    """On which of the exercise's simpler inputs the submission is right, on all of some draws.

    Ends at ``deadline`` (``time.monotonic``), and with a worker that is lost. Raises as
    ``run_cases`` does.
    """
    return _cases(exercise).contrast(run, deadline)


def _cases(exercise: Exercise) -> Cases:
    path, root = exercise.cases, exercise.folder.parent
    return _collect(path, root, path.stat().st_mtime_ns)


@cache  # to collect them takes longer than to run them
def _collect(path: Path, root: Path, changed: int) -> Cases:
    """The cases of the file ``path``, as last ``changed``; its module is named below ``root``."""
    names = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")  # the user's, which are not for these cases
    theirs = {name: os.environ.pop(name) for name in names if name in os.environ}
    options = ["-c", os.devnull, "--rootdir", str(root), "--noconftest"]
    options += ["--import-mode=importlib", "--assert=plain", "--disable-plugin-autoload"]
    options += [part for name in UNUSED_PLUGINS for part in ("-p", f"no:{name}")]
    # An author has edited the file since; or the one loaded is that of another catalogue.
    sys.modules.pop(".".join(path.relative_to(root).with_suffix("").parts), None)
    cases = Cases()
    pytest.main([*options, str(path)], plugins=[cases])
    os.environ |= theirs
    if cases.fault:
        raise CaseFault(cases.fault)
    return cases


class Cases:
    """The pytest plugin: pytest collects the cases, and ``run`` runs them for one submission.

    ``fault`` is why they cannot be collected, "" if they are.
    """

    def __init__(self) -> None:
        self.fault = "pytest ended by itself"
        self._items: list[pytest.Item] = []
        self._run: Trial
        self._draw = 0  # of a contrast, from 1

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file of cases that cannot be imported is a fault."""
        if report.failed:
            why = str(report.longrepr).strip().splitlines()[-1].removeprefix("E").strip()
            self.fault = f"they cannot be collected: {why}"

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Pass Ctrl-C on, which pytest does not."""
        if isinstance(excinfo.value, KeyboardInterrupt):
            raise excinfo.value

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Keep the collected cases; they are run later, and more than once."""
        if not session.testsfailed:
            self._items, self.fault = session.items, "" if session.items else "there are none"
        return True

    @pytest.fixture
    def submission(self) -> Functions:
        """The submission: its functions run in the worker."""
        return self._run.submission.beside(self._run.reference)

    @pytest.fixture
    def reference(self) -> types.ModuleType:
        """The reference solution's module."""
        return self._run.reference

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> np.random.Generator:
        """A generator seeded by the run's seed and the case's name, whatever else runs."""
        own = zlib.crc32(request.node.name.encode())
        return np.random.default_rng([self._run.seed, own, *([self._draw] if self._draw else [])])

    def run(self, run: Trial) -> tuple[CaseResult, ...]:
        """The results of the cases, core before polish; see ``run_cases``."""
        self._run, self._draw = run, 0
        results: dict[str, CaseResult] = {}
        wanted = self._wanted(run.only)
        with self._trusted():
            for item in sorted(wanted, key=lambda item: _tier(item) == "polish"):
                results[_name(item)] = result = self._run_case(item)
                if run.quick and result.status != "passed":
                    break
        return tuple(results[_name(item)] for item in wanted if _name(item) in results)

    def contrast(self, run: Trial, deadline: float) -> tuple[Contrast, ...]:
        """The results of the contrasts; see ``run_contrasts``."""
        self._run = run
        found: list[Contrast] = []
        with self._trusted():
            for item in [one for one in self._items if _tier(one) == "contrast"]:
                right, function = True, ""
                for self._draw in range(1, DRAWS + 1):
                    result = self._run_case(item)
                    lost = result.status in ("error", "not run")
                    if lost or time.monotonic() > deadline:
                        return tuple(found)
                    right = right and (result.status == "passed" or result.kind == "purity")
                    function = run.submission.calls[-1].function if run.submission.calls else ""
                    if not right:
                        break
                name = _function(item).contrast.replace("{}", _parameters(item))
                found.append(Contrast(function, name, right))
        return tuple(found)

    @contextmanager
    def _trusted(self) -> Iterator[None]:
        """Make any error that is not the submission's a ``CaseFault``."""
        with warnings.catch_warnings(action="ignore"), np.errstate(all="ignore"):
            try:
                yield
            except (BdbQuit, Ended, WorkerFault):
                raise
            except (Exception, SystemExit, *OUTCOMES) as error:
                raise CaseFault(f"{type(error).__name__}: {error}") from error

    def _wanted(self, only: str | None) -> list[pytest.Item]:
        """The cases to run: all, those of the function ``only``, or the one with its parameters."""
        cases = [item for item in self._items if _tier(item) != "contrast"]
        if only is None:
            return cases
        wanted, names = only.removeprefix("test_"), {item: _name(item) for item in cases}
        found = [one for one, name in names.items() if wanted in (name, name.partition("[")[0])]
        if not found:
            raise CaseFault(f"no case is named {only}; there are {', '.join(names.values())}")
        return found

    def _run_case(self, item: pytest.Item) -> CaseResult:
        """Run a case as pytest does, but without its reports: they cost more than the case."""
        submission = self._run.submission
        if submission.exhausted:
            return CaseResult(_name(item), _label(item), "not run", tier=_tier(item))
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
        """What the case found; raises ``error`` if the submission is not at fault."""
        printed = "".join(call.printed for call in calls)
        found = CaseResult(_name(item), _label(item), "passed", printed=printed, tier=_tier(item))
        # one convention is about shared memory; the others are not
        sharing = _tier(item) == "polish" and _convention(item) in (None, CONVENTIONS["new arrays"])
        impure = _impure(calls, sharing=sharing)
        for made in calls:
            made.failed, made.case = error is not None or impure is not None, _name(item)
        if error is None and impure is None:
            return replace(found, advice=self._warned(calls))
        shown = last = calls[-1] if calls else None
        status: CaseStatus = "failed"
        place: Location | None = None
        kind, findings = "purity", list[Finding]()
        if error is None:
            assert impure is not None
            shown, got, expected = impure
            findings = [Finding("got", got), Finding("expected", expected)]
            place = next(iter(self._warned([shown])), None)
        elif isinstance(error, CheckFailed):
            shown = _call_of(error.subject, calls)
            kind, findings = error.kind, [Finding(*finding) for finding in error.findings]
            place = next(iter(self._warned([shown] if shown else [])), None)
        elif isinstance(error, SubmissionError):
            kind, findings = _no_answer(error, last)
            place = self._run.source.of_error(error)
            if error.kind in ("missing", "signature"):
                shown = None
            elif error.kind in ("timeout", "crash", "output"):
                status = "error"
        elif isinstance(error, MemoryError) and last is not None:
            advice = "there is not enough memory to go on with this answer"
            kind, findings = "memory", [Finding("got", kind_of(last.result)), Finding("", advice)]
        elif isinstance(error, (CaseError, WorkerFault)) or _in_reference(error) or last is None:
            raise error
        else:  # the case works on every right solution, so the answer is wrong
            what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            what = what[:MAX_MESSAGE]
            advice = f"the case cannot go on with this ({what})"
            kind, findings = "form", [Finding("got", kind_of(last.result)), Finding("", advice)]
        if error is not None and impure is not None:
            made, got, _ = impure
            where = "" if made is shown else f": {_text(made, calls)}"
            findings.append(Finding("also", f"{got}{where}"))
        if convention := _convention(item):
            findings.append(Finding("fix", convention.fix))
        call = _text(shown, calls) if shown else ""
        found = replace(found, status=status, kind=kind, call=call, location=place)
        return replace(found, findings=tuple(findings))

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


def _parameters(item: pytest.Item) -> str:
    """The id of a case's parameters; "" without any."""
    return item.name.partition("[")[2].removesuffix("]")


def _function(item: pytest.Item) -> Any:
    return item.function if isinstance(item, pytest.Function) else None


def _tier(item: pytest.Item) -> Any:
    """``core``, ``polish`` or ``contrast``."""
    return getattr(_function(item), "tier", "core")


def _convention(item: pytest.Item) -> Any:
    """The house's convention that the case judges, if it does."""
    return getattr(_function(item), "conventions", {}).get(_parameters(item))


def _label(item: pytest.Item) -> str:
    """The first line of the case's docstring, with its parameters."""
    if convention := _convention(item):
        return str(convention.label)
    document = getattr(_function(item), "__doc__", None) or ""
    label = document.strip().split("\n")[0].rstrip(".")
    parameters = _parameters(item)
    return f"{label} ({parameters})" if parameters else label


def _text(call: Call, calls: Sequence[Call]) -> str:
    """A call as code; the use of an object begins with the call that made it, one of ``calls``."""
    use, made = call.request, [call]
    if use["op"] != "call":
        made = [one for one in calls if one.request.get("function") == call.function]
    if len(made) != 1:  # it may be any of several objects
        return f"{call.function}(…)" if call.function else ""
    text = call_text(call.function, made[0].request["names"], made[0].args, made[0].kwargs)
    if use["op"] == "get":
        text += f".{use['name']}"
    elif use["op"] == "invoke":
        got = [one for one in calls if one.request["op"] == "get"]
        got = [one for one in got if getattr(one.result, "_number", None) == use["object"]]
        text += "".join(f".{one.request['name']}" for one in got[:1])
        text += call_text("", [], call.args, call.kwargs)
    return text


def _call_of(subject: object, calls: Sequence[Call]) -> Call | None:
    """The call whose result ``subject`` is, or is a part of; else the last one."""
    wanted = _parts(subject)
    found = (call for call in reversed(calls) if wanted & _parts(call.result))
    return next(found, calls[-1] if calls else None)


def _parts(value: object) -> set[int]:
    """The ids of the arrays and objects in a nested value, without integers and texts."""
    if isinstance(value, Mapping):
        value = tuple(value.values())
    if isinstance(value, (tuple, list)):
        return set[int]().union(*map(_parts, value))
    return set() if value is None or isinstance(value, (bool, int, str, bytes)) else {id(value)}


def _impure(calls: Sequence[Call], *, sharing: bool) -> tuple[Call, str, str] | None:
    """The first call that did more than to answer: with what was found, and what was expected."""
    for call in calls:
        if changed := call.effects.get("changed"):
            return call, f"{_were(changed)} changed by the call", "inputs stay as they were"
        if lost := call.effects.get("overwritten"):
            return call, f"{_were(lost)} overwritten by the call", "each result has its own memory"
        if touched := call.effects.get("touched"):
            return call, f"{_were(touched)} changed by the call", "global state stays as it was"
        if sharing and (shared := call.effects.get("shared")):
            return call, shared[0], "new arrays: copy before you return"
    return None


def _were(names: Sequence[str]) -> str:
    return f"{', '.join(names)} {'was' if len(names) == 1 else 'were'}"


def _in_reference(error: BaseException) -> bool:
    """Whether the exception comes from the reference."""
    frames = traceback.walk_tb(error.__traceback__)
    return any(frame.f_code.co_filename == "reference.py" for frame, _ in frames)


def _no_answer(error: SubmissionError, last: Call | None) -> tuple[str, list[Finding]]:
    """The kind and the findings of a call that gave no result, or a result of another form."""
    raised, function = error.raised, last.function if last else "it"
    if error.kind == "form" and last is not None:
        findings = [Finding("got", kind_of(last.result)), Finding("expected", str(error))]
        if last.result is not None:
            return "type", findings
        advice = f"{function} returned None: is a `return` missing?"
        return "none", [*findings, Finding("", advice)]
    if raised is None:
        label = {"timeout": "stopped", "crash": "crashed", "output": "stopped"}.get(error.kind, "")
        ask = ": is there an endless loop?" if error.kind == "timeout" else ""
        return error.kind, [Finding(label, f"{error}{ask}")]
    if raised.type == "NotImplementedError":
        return UNWRITTEN, [Finding("", f"{function} is not implemented yet")]
    if raised.refused:
        text = f"the import of {raised.message}: NumPy and the harmless standard library are there"
        return "import", [Finding("refused", text)]
    what = f"{raised.type}: {raised.message}" if raised.message else raised.type
    findings = [Finding("raised", what)]
    if raised.type in ADVICE:
        findings.append(Finding("", ADVICE[raised.type]))
    return "exception", findings
