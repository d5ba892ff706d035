"""Collect an exercise's hidden cases with pytest, here, in the trusted process, and run them.

pytest is given the one file of cases and nothing of the submission's: no configuration, no
conftest, no plugin but ``Cases``. To collect takes longer than to run, so what it found is kept.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from dlprep.judge.cases import CaseFault, Cases, Run
from dlprep.verdict import CaseResult

# pytest's own plugins that have no work here; each costs milliseconds of every check
UNUSED_PLUGINS = """
    cacheprovider capture debugging doctest faulthandler junitxml legacypath logging monkeypatch
    pastebin pytester_assertions recwarn setuponly setupplan skipping stepwise subtests terminal
    terminalprogress threadexception tmpdir unittest unraisableexception warnings
    """.split()  # noqa: SIM905 - a list of twenty quoted names reads worse


_collected: dict[Path, tuple[int, Cases]] = {}  # by file: when that was changed last, its cases


def run_cases(path: Path, root: Path, run: Run) -> tuple[CaseResult, ...]:
    """Run the cases of the file ``path``, whose modules are named below ``root``: their results.

    Raises ``CaseFault`` when they cannot be collected, and what ``Cases.run`` raises.
    """
    changed = path.stat().st_mtime_ns
    if path not in _collected or _collected[path][0] != changed:
        _collected[path] = changed, _collect(path, root)
    return _collected[path][1].run(run)


def _collect(path: Path, root: Path) -> Cases:
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):  # the user's are not for these cases
        os.environ.pop(name, None)
    options = ["-c", os.devnull, "--rootdir", str(root), "--noconftest"]
    options += ["--import-mode=importlib", "--assert=plain", "--disable-plugin-autoload"]
    options += [part for name in UNUSED_PLUGINS for part in ("-p", f"no:{name}")]
    # An author has edited the file since; or it is that of another catalogue.
    sys.modules.pop(".".join(path.relative_to(root).with_suffix("").parts), None)
    cases = Cases()
    pytest.main([*options, str(path)], plugins=[cases])
    if isinstance(cases.fault, KeyboardInterrupt):
        raise cases.fault
    if cases.fault:
        raise CaseFault(cases.fault)
    return cases
