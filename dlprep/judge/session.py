"""Run an exercise's hidden cases with pytest, here, in the trusted process.

pytest is given the one file of cases and nothing of the submission's: no configuration, no
conftest, no plugin but ``Cases``.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import pytest

from dlprep.judge.cases import Cases, Run
from dlprep.model import CaseResult

# pytest's own plugins that have no work here; each costs milliseconds of every check
UNUSED_PLUGINS = """
    cacheprovider debugging doctest faulthandler junitxml legacypath logging monkeypatch pastebin
    pytester_assertions recwarn setuponly setupplan skipping stepwise subtests terminal
    terminalprogress threadexception tmpdir unittest unraisableexception warnings
    """.split()  # noqa: SIM905 - a list of twenty quoted names reads worse


class CaseFault(Exception):  # noqa: N818 - the fault is the grader's
    """A case went wrong in itself: the exercise's fault, or ours."""


class _Session:
    """A session of pytest on one file, in a thread of its own, where it waits for runs.

    To set up a session and collect the cases takes longer than to run them, so it is kept.
    """

    def __init__(self, path: Path, root: Path) -> None:
        self.path, self.root = path, root
        self.changed = path.stat().st_mtime_ns
        self.plugin = Cases()
        threading.Thread(target=self._main, daemon=True).start()

    def run(self, run: Run) -> tuple[CaseResult, ...]:
        """What the cases found; ``CaseFault`` when the fault is theirs."""
        self.plugin.runs.put(run)
        try:
            alive = self.plugin.done.get()
        except BaseException:  # Ctrl-C: whoever waits, waits no longer
            run.cancelled = True
            _sessions.pop(self.path, None)
            raise
        if not alive:
            _sessions.pop(self.path, None)
            raise CaseFault(self.plugin.fault)
        if isinstance(run.fault, BaseException):
            raise CaseFault(f"{type(run.fault).__name__}: {run.fault}") from run.fault
        if run.fault is not None:
            raise CaseFault(run.fault)
        return tuple(run.results.values())

    def _main(self) -> None:
        options = ["-c", os.devnull, "--rootdir", str(self.root), "--noconftest", "--capture=no"]
        options += ["--import-mode=importlib", "--assert=plain", "--disable-plugin-autoload"]
        options += [part for name in UNUSED_PLUGINS for part in ("-p", f"no:{name}")]
        # An author has edited the file since; or it is that of another catalogue.
        name = ".".join(self.path.relative_to(self.root).with_suffix("").parts)
        sys.modules.pop(name, None)
        try:
            pytest.main([*options, str(self.path)], plugins=[self.plugin])
        finally:
            self.plugin.done.put(False)


_sessions: dict[Path, _Session] = {}


def run_cases(path: Path, root: Path, run: Run) -> tuple[CaseResult, ...]:
    """Run the cases of one file; their results. ``CaseFault`` when the fault is not the user's."""
    session = _sessions.get(path)
    if session is None or session.changed != path.stat().st_mtime_ns:
        for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):  # the user's are not for these cases
            os.environ.pop(name, None)
        session = _sessions[path] = _Session(path, root)
    return session.run(run)
