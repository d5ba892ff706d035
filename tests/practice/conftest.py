"""What the tests of the practice room share."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.register_assert_rewrite("recording")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a record is, or will be."""
    return tmp_path / ".dlprep" / "record.jsonl"


@pytest.fixture
def small_disk(tmp_path: Path) -> list[str]:
    """The command that runs another with a disk of its own, of 1.5 MB, at ``tmp_path/disk``."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if shutil.which("unshare") is None:
        pytest.skip("no unshare(1) here to mount a small disk with")
    mount = f"mount -t tmpfs -o size=1536k none '{disk}' && exec \"$@\""
    user = [] if os.geteuid() == 0 else ["--map-root-user"]
    command = ["unshare", "--mount", *user, "sh", "-c", mount, "sh"]
    tried = subprocess.run([*command, "true"], capture_output=True, text=True)
    if tried.returncode:
        pytest.skip(f"no small disk can be mounted here: {tried.stderr.strip()}")
    return command


@pytest.fixture
def said_on_small_disk(small_disk: list[str], tmp_path: Path) -> Callable[..., list[str]]:
    """Run a program, given the disk's folder and more words, on a small disk: what it prints."""
    from recording import ENVIRONMENT  # behind the line above that rewrites its assertions

    def run(program: str, *words: Path) -> list[str]:
        done = subprocess.run(
            [*small_disk, sys.executable, "-c", program, tmp_path / "disk", *words],
            stdout=subprocess.PIPE,
            env=ENVIRONMENT,
            text=True,
            check=True,
        )
        return done.stdout.splitlines()

    return run
