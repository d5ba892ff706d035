"""The command line as a user runs it, and a broken copy of the package."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from warm import Ran, Run, call

__all__ = ["RIGHT", "ROOT", "ROUGH", "WRONG", "Ran", "Run", "call", "words"]

ROOT = Path(__file__).resolve().parents[2]
RIGHT = (ROOT / "solutions/softmax/reference.py").read_text(encoding="utf-8")
ROUGH = RIGHT.replace("    e = ", "    x = x.astype(np.float64)\n    e = ")  # right, but unpolished
WRONG = RIGHT.replace(" - x.max(axis=axis, keepdims=True)", "")


def words(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A copy of the package and of one exercise, to be broken."""
    copy = tmp_path / "home"
    shutil.copytree(ROOT / "dlprep", copy / "dlprep")
    for room in ("exercises", "solutions"):
        shutil.copytree(ROOT / room / "softmax", copy / room / "softmax")
    return copy


@pytest.fixture
def home_run(home: Path, tmp_path: Path) -> Run:
    """``dlprep`` of the copy, a real process, in a workspace beside it."""
    workspace = tmp_path / "workspace"
    workspace.mkdir()

    def run(*words: str) -> Ran:
        return call(*words, cwd=workspace, PYTHONPATH=str(home))

    return run
