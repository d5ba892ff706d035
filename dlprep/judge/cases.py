"""Run an exercise's hidden cases with pytest, here, in the trusted process.

pytest is given this one file and nothing of the submission's: no configuration, no conftest, no
plugin but the one below. What a case found is taken from its exception, never from any output.
"""

from __future__ import annotations

import os
import sys
import traceback
import types
import warnings
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from dlprep.api import Signature
from dlprep.checks import CaseError, CheckFailed
from dlprep.checks.show import call_text, kind_of
from dlprep.judge.source import Source
from dlprep.model import CaseResult, Finding, Location
from dlprep.sandbox.answers import Call, SubmissionError
from dlprep.sandbox.process import WorkerFault
from dlprep.sandbox.remote import Functions
from dlprep.sandbox.submission import Submission

# pytest's own plugins that have no work here; each costs milliseconds of every check
UNUSED_PLUGINS = """
    cacheprovider debugging doctest faulthandler junitxml legacypath logging monkeypatch pastebin
    pytester_assertions recwarn setuponly setupplan skipping stepwise subtests terminal
    terminalprogress threadexception tmpdir unittest unraisableexception warnings
    """.split()  # noqa: SIM905 - a list of twenty quoted names reads worse


class CaseFault(Exception):  # noqa: N818 - the fault is the grader's
    """A case went wrong in itself: the exercise's fault, or ours."""


class Cases:
    """The pytest plugin: the fixtures of the cases, and their results."""

    def __init__(
        self,
        submission: Submission,
        reference: types.ModuleType,
        api: Mapping[str, Signature],
        source: Source,
        seed: int,
        only: str | None,
        quick: bool,
    ) -> None:
        self._submission, self._reference, self._api = submission, reference, api
        self._source, self._seed, self._only, self._quick = source, seed, only, quick
        self._first_call = 0
        self._results: dict[str, CaseResult] = {}
        self._collected: list[str] = []
        self._fault: BaseException | str | None = None
        self._interrupted = False

    def results(self) -> tuple[CaseResult, ...]:
        """One result a collected case; ``CaseFault`` if there is not exactly that."""
        if self._interrupted:
            raise KeyboardInterrupt
        if isinstance(self._fault, BaseException):
            raise CaseFault(f"{type(self._fault).__name__}: {self._fault}") from self._fault
        if self._fault is not None:
            raise CaseFault(self._fault)
        if not self._collected or list(self._results) != self._collected:
            raise CaseFault(f"{len(self._results)} of {len(self._collected)} cases gave a result")
        return tuple(self._results.values())

    @pytest.fixture
    def submission(self) -> Functions:
        """The submission: its functions run in the worker."""
        return Functions(self._submission)

    @pytest.fixture
    def reference(self) -> types.ModuleType:
        """The reference solution's module."""
        return self._reference

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> np.random.Generator:
        """A generator seeded by the run's seed and the case's name, whatever else runs."""
        return np.random.default_rng([self._seed, zlib.crc32(request.node.name.encode())])

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the wanted case, if one is wanted."""
        if self._only is not None:
            known = [_name(item) for item in items]
            wanted = self._only.removeprefix("test_")
            items[:] = [
                item for item in items if wanted in (_name(item), _name(item).partition("[")[0])
            ]
            if not items:
                self._fault = f"no case is named {self._only}; there are {', '.join(known)}"
        self._collected = [item.nodeid for item in items]

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file of cases that cannot be imported is a fault."""
        if report.failed:
            why = str(report.longrepr).strip().splitlines()[-1].removeprefix("E").strip()
            self._fault = f"they cannot be collected: {why}"

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Ctrl-C is the user's, not a result (pytest's own Interrupted is a subclass)."""
        self._interrupted = excinfo.type is KeyboardInterrupt

    def pytest_runtest_call(self, item: pytest.Item) -> None:
        """Give the case its time."""
        self._first_call = len(self._submission.calls)
        if not self._submission.exhausted:
            self._submission.begin_case()

    @pytest.hookimpl(wrapper=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Iterator[None]:
        """Do not run a case for which no time is left, nor one whose result is not wanted."""
        decided = self._quick and any(one.status != "passed" for one in self._results.values())
        if decided or self._submission.exhausted:
            raise _NotRun
        return (yield)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> pytest.TestReport:
        """Take down what the case found; pytest itself is told only that it is over."""
        error = call.excinfo.value if call.excinfo is not None else None
        if call.when == "call":
            self._results[item.nodeid] = self._judge(item, error)
        elif error is not None:
            self._fault = self._fault or error
        assert call.when != "collect"
        return pytest.TestReport(
            item.nodeid, item.location, {}, "passed", None, call.when, duration=call.duration
        )

    def _judge(self, item: pytest.Item, error: BaseException | None) -> CaseResult:
        calls = self._submission.calls[self._first_call :]
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
                self._source.at(error.line),
                printed,
            )
        ours = isinstance(error, (CaseError, WorkerFault)) or _in_reference(error)
        if ours or not calls:
            self._fault = self._fault or error
            return CaseResult(name, label, "error", "fault")
        # The case works on every right solution (`author check`): what came back is of no use.
        kind = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        findings = (
            Finding("got", kind_of(calls[-1].result)),
            Finding("", f"the case cannot go on with this ({kind})"),
        )
        last = calls[-1]
        return CaseResult(name, label, "failed", "form", self._text(last), findings, None, printed)

    def _text(self, call: Call | None) -> str:
        if call is None or call.request["op"] != "call":
            return f"{call.function}(…)" if call is not None and call.function else ""
        names = [parameter.name for parameter in self._api[call.function].parameters]
        return call_text(call.function, names, call.args, call.kwargs)

    def _warned(self, calls: Sequence[Call]) -> tuple[Location, ...]:
        places = (
            self._source.at(warned.line, f"{warned.category}: {warned.message}")
            for call in calls
            for warned in call.warnings
        )
        return tuple(dict.fromkeys(place for place in places if place is not None))


class _NotRun(Exception):  # noqa: N818 - what became of the case
    """The run's time is used up."""


def run_cases(path: Path, plugin: Cases, root: Path) -> tuple[CaseResult, ...]:
    """Run the cases of one file; their results. ``CaseFault`` when the fault is not the user's."""
    kept = {key: os.environ.pop(key, None) for key in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")}
    kept["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    options = ["-c", os.devnull, "--rootdir", str(root), "--noconftest", "--capture=no"]
    options += ["--import-mode=importlib", "--assert=plain"]
    options += [part for name in UNUSED_PLUGINS for part in ("-p", f"no:{name}")]
    _forget_if_changed(path)
    written, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            pytest.main([*options, str(path)], plugins=[plugin])
    finally:
        sys.dont_write_bytecode = written
        for key, value in kept.items():
            if value is None:
                os.environ.pop(key, None)
            else:
                os.environ[key] = value
    return plugin.results()


_imported: dict[Path, int] = {}  # when each file of cases was changed last, in this process


def _forget_if_changed(path: Path) -> None:
    """Have pytest import the file anew if an author has edited it since."""
    changed = path.stat().st_mtime_ns
    if _imported.get(path, changed) != changed:
        for name, module in list(sys.modules.items()):
            if getattr(module, "__file__", None) == str(path):
                del sys.modules[name]
    _imported[path] = changed


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
