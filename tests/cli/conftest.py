"""The command line as a user runs it: a real process, in a folder of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RIGHT = (ROOT / "solutions/softmax/reference.py").read_text(encoding="utf-8")
WRONG = RIGHT.replace(" - x.max(axis=axis, keepdims=True, initial=-np.inf)", "")


@dataclass(frozen=True)
class Ran:
    """What a command gave."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


def call(*words: str, cwd: Path, **environment: str) -> Ran:
    """Run ``dlprep`` with these words; no output of any command may hold a traceback."""
    env = {**os.environ, "NO_COLOR": "1", **environment}
    done = subprocess.run(
        [sys.executable, "-P", "-m", "dlprep", *words],
        cwd=cwd,
        env=env,
        capture_output=True,
        timeout=60,
        check=False,
    )
    out, err = done.stdout.decode(), done.stderr.decode()
    assert "Traceback" not in out + err, out + err
    return Ran(done.returncode, out, err)


@pytest.fixture
def dlprep(tmp_path: Path) -> Run:
    """``dlprep("check", "softmax")`` in an empty folder."""

    def run(*words: str, cwd: Path = tmp_path, **environment: str) -> Ran:
        return call(*words, cwd=cwd, **environment)

    return run


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
    """``dlprep`` of the copy, in a workspace beside it."""
    workspace = tmp_path / "workspace"
    workspace.mkdir()

    def run(*words: str) -> Ran:
        return call(*words, cwd=workspace, PYTHONPATH=str(home))

    return run
