"""The pytest plugin of the hidden cases: their fixtures, and what they find.

What a case found is taken from its exception, never from any output.
"""

from __future__ import annotations

import traceback
import types
import warnings
import zlib
from bdb import BdbQuit
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

import numpy as np
import pytest

from dlprep.api import Signature
from dlprep.checks import CaseError, CheckFailed
from dlprep.checks.show import call_text, kind_of
from dlprep.errors import Ended
from dlprep.judge.source import Source
from dlprep.sandbox.handles import Functions
from dlprep.sandbox.process import WorkerFault
from dlprep.sandbox.replies import Call, SubmissionError
from dlprep.sandbox.submission import Submission
from dlprep.verdict import CaseResult, Finding, Location

OUTCOMES = (pytest.skip.Exception, pytest.fail.Exception)  # which are no Exception


class CaseFault(Exception):
    """A case went wrong in itself: the exercise's fault, or ours."""


@dataclass
class Run:
    """One submission before the cases of an exercise, and what they found.

    ``only`` is the name of the one case that is wanted; ``quick`` ends at the first failure.
    """

    submission: Submission
    reference: types.ModuleType
    api: Mapping[str, Signature]
    source: Source
    seed: int
    only: str | None
    quick: bool
    results: list[CaseResult] = field(default_factory=list)
    first_call: int = 0

    @property
    def over(self) -> bool:
        """Whether no further case is to be run."""
        failed = any(one.status != "passed" for one in self.results)
        return (self.quick and failed) or self.submission.exhausted


class Cases:
    """The pytest plugin: pytest collects the cases, and ``run`` runs them for one submission.

    ``fault`` is why they cannot be collected, "" if they are.
    """

    def __init__(self) -> None:
        self.fault: BaseException | str = "pytest ended by itself"
        self._items: list[pytest.Item] = []
        self._run: Run

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

    def run(self, run: Run) -> tuple[CaseResult, ...]:
        """Run the cases for a submission: their results, in the order of the file.

        Raises ``CaseFault`` when the fault is not the submission's, ``WorkerFault``, and
        ``BdbQuit`` when the user leaves a debugger.
        """
        self._run, only = run, run.only and run.only.removeprefix("test_")
        names = {item: _name(item) for item in self._items}
        wanted = [
            item for item, name in names.items() if only in (None, name, name.partition("[")[0])
        ]
        if not wanted:
            known = ", ".join(names.values())
            raise CaseFault(
                f"no case is named {run.only}; there are {known}" if names else "there are none"
            )
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            for item, following in zip_longest(wanted, wanted[1:]):
                try:
                    self._run_case(item, following)
                except (BdbQuit, Ended, WorkerFault):
                    raise
                except (Exception, SystemExit, *OUTCOMES) as error:
                    raise CaseFault(f"{type(error).__name__}: {error}") from error
        return tuple(run.results)

    def _run_case(self, item: pytest.Item, following: pytest.Item | None) -> None:
        """pytest's own protocol of one test without its reports, which cost more than a case."""
        run, hook = self._run, item.ihook
        run.first_call = len(run.submission.calls)
        if isinstance(item, pytest.Function):
            item._initrequest()  # its fixtures are those of this run, as in pytest's own runner
        try:
            hook.pytest_runtest_setup(item=item)
            run.results.append(self._judge(item, self._error_of(item)))
        finally:
            hook.pytest_runtest_teardown(item=item, nextitem=following)

    def _error_of(self, item: pytest.Item) -> BaseException | None:
        """What the case raises, if it is run: its result may not be wanted, nor time be left."""
        if self._run.over:
            return _NotRun()
        self._run.submission.begin_case()
        try:
            item.runtest()
        except (pytest.exit.Exception, BdbQuit):
            raise
        except (Exception, *OUTCOMES) as error:
            return error
        return None

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

    def _judge(self, item: pytest.Item, error: BaseException | None) -> CaseResult:
        calls = self._run.submission.calls[self._run.first_call :]
        for made in calls:
            made.failed = error is not None
        document = getattr(getattr(item, "obj", None), "__doc__", None) or ""
        label = document.strip().split("\n")[0].rstrip(".")
        if bracket := item.name.partition("[")[2]:
            label = f"{label} ({bracket.removesuffix(']')})"
        name, printed = _name(item), "".join(call.printed for call in calls)
        warned = self._warned(calls)
        if error is None:
            return CaseResult(name, label, "passed", printed=printed, advice=warned)
        if isinstance(error, _NotRun):
            return CaseResult(name, label, "not run")
        if isinstance(error, CheckFailed):
            call = _call_of(error.subject, calls)
            return CaseResult(
                name,
                label,
                "failed",
                error.kind,
                self._text(call),
                tuple(Finding(*finding) for finding in error.findings),
                location=next(iter(self._warned([call] if call else [])), None),
                printed=printed,
            )
        if isinstance(error, SubmissionError):
            last = calls[-1] if calls else None
            unanswered = error.kind not in ("missing", "signature")
            kind, findings = _no_answer(error, last)
            return CaseResult(
                name,
                label,
                "error" if error.kind in ("timeout", "crash", "output") else "failed",
                kind,
                self._text(last) if unanswered else "",
                findings,
                self._run.source.at(self._run.source.loop(error.running) or error.line),
                printed,
            )
        if isinstance(error, (CaseError, WorkerFault)) or _in_reference(error) or not calls:
            raise error  # the fault is not the submission's
        # The case works on every right solution (`author check`): what came back is of no use.
        kind = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        findings = (
            Finding("got", kind_of(calls[-1].result)),
            Finding("", f"the case cannot go on with this ({kind})"),
        )
        last = calls[-1]
        return CaseResult(name, label, "failed", "form", self._text(last), findings, None, printed)

    def _text(self, call: Call | None) -> str:
        if call is None or not call.function:
            return ""
        if call.request["op"] == "call":
            names = [parameter.name for parameter in self._run.api[call.function].parameters]
            return call_text(call.function, names, call.args, call.kwargs)
        calls = self._run.submission.calls[self._run.first_call :]
        made = [one for one in calls if one.function == call.function]
        made = [one for one in made if one.request["op"] == "call"]
        if len(made) != 1:  # of several objects, one does not know which
            return f"{call.function}(…)"
        text, number = self._text(made[0]), call.request.get("object")
        if call.request["op"] == "get":
            text += f".{call.request['name']}"
        elif call.request["op"] == "invoke":
            for one in calls:
                if one.request["op"] == "get" and getattr(one.result, "_number", None) == number:
                    text += f".{one.request['name']}"
                    break
            text += call_text("", [], call.args, call.kwargs)
        return text

    def _warned(self, calls: Sequence[Call]) -> tuple[Location, ...]:
        places = (
            self._run.source.at(warned.line, f"{warned.category}: {warned.message}")
            for call in calls
            for warned in call.warnings
        )
        return tuple(dict.fromkeys(place for place in places if place is not None))


class _NotRun(Exception):
    """The run's time is used up."""


def _name(item: pytest.Item) -> str:
    return item.name.removeprefix("test_")


def _call_of(subject: object, calls: Sequence[Call]) -> Call | None:
    """The call whose result ``subject`` is, or is a part of; else the last one."""
    wanted = {id(part) for part in _parts(subject)}
    for call in reversed(calls):
        if wanted & {id(part) for part in _parts(call.result)}:
            return call
    return calls[-1] if calls else None


def _parts(value: object) -> Iterator[object]:
    """The arrays and objects in a nested value; plain numbers have no identity to speak of."""
    if isinstance(value, (tuple, list)):
        for item in value:
            yield from _parts(item)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _parts(item)
    elif value is not None and not isinstance(value, (bool, int, str, bytes)):
        yield value


def _in_reference(error: BaseException) -> bool:
    """Whether the exception comes from the reference."""
    frames = traceback.walk_tb(error.__traceback__)
    return any(frame.f_code.co_filename == "reference.py" for frame, _ in frames)


def _no_answer(error: SubmissionError, last: Call | None) -> tuple[str, tuple[Finding, ...]]:
    """The kind and the findings of a call that gave no result, or none of the right form."""
    raised = error.raised
    if error.kind == "form" and last is not None:
        findings = [Finding("got", kind_of(last.result)), Finding("expected", str(error))]
        if last.result is None:
            findings.append(Finding("", f"{last.function} returned None: is a `return` missing?"))
        return "none" if last.result is None else "type", tuple(findings)
    if error.kind == "timeout":
        text = f"{error}: is there an endless loop?"
        return "timeout", (Finding("stopped", text),)
    if raised is None:
        label = {"crash": "crashed", "output": "stopped"}.get(error.kind, "")
        return error.kind, (Finding(label, f"{error}"),)
    if raised.type == "NotImplementedError":
        function = last.function if last is not None else "it"
        return "not implemented", (Finding("", f"{function} is not implemented yet"),)
    if raised.refused:
        text = f"the import of {raised.message}: NumPy and the harmless standard library are there"
        return "import", (Finding("refused", text),)
    what = f"{raised.type}: {raised.message}" if raised.message else raised.type
    findings = [Finding("raised", what)]
    if raised.type == "SystemExit":
        findings.append(Finding("", "the submission ends the program: return a result instead"))
    elif raised.type == "EOFError":
        findings.append(Finding("", "input() has nothing to read: all data come as arguments"))
    return "exception", tuple(findings)
