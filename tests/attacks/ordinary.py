"""Some of the same tests, run by an ordinary user on a copy, beside this run.

They are those of the attacks on the machine. What an attack on the verdict itself may try does not
depend on who runs the grader.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
SITE = Path(np.__file__).parents[1]
NOBODY = 65534  # a number that no user of weight has; the machine need not know it
FAMILIES = ("ending_early", "exhaustion", "reaching_out", "reading_the_grader")
AS_NOBODY: dict[str, Any] = {"user": NOBODY, "group": NOBODY, "extra_groups": []}


def find_python() -> str | None:
    """A Python like this one that an ordinary user can start; None if there is none to be had."""
    if os.geteuid() != 0:
        return None
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    for python in (sys.executable, shutil.which(version, path="/usr/local/bin:/usr/bin")):
        command = [str(python), "-c", "import hypothesis, numpy, pytest, rich, typer"]
        with suppress(OSError, subprocess.CalledProcessError):
            options = {"env": {"PYTHONPATH": str(SITE)}, "cwd": "/", "capture_output": True}
            subprocess.run(command, check=True, **options, **AS_NOBODY)
            return python
    return None


class OrdinaryRun:
    """The run of an ordinary user in the folder ``home``, which becomes theirs."""

    def __init__(self, python: str, home: Path) -> None:
        self.report, self._output = home / "report.xml", home / "output.txt"
        checkout, ignored = home / "checkout", shutil.ignore_patterns("__pycache__")
        for room in ("dlprep", "exercises", "solutions", "tests/attacks"):
            shutil.copytree(ROOT / room, checkout / room, ignore=ignored)
        for file in ("pyproject.toml", "tests/conftest.py"):
            shutil.copy(ROOT / file, checkout / file)
        for path in (home, *home.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
        command = [python, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        command += ["--basetemp", home / "temporary", "--junitxml", self.report]
        command += ["-k", " or ".join(FAMILIES), "tests/attacks/test_attacks.py"]
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=checkout,
                env={"PYTHONPATH": f"{checkout}:{SITE}"},
                start_new_session=True,
                **AS_NOBODY,
            )

    def result(self) -> tuple[int, str]:
        """Wait for its end: the exit code, and what it printed."""
        return self.process.wait(), self._output.read_text(encoding="utf-8", errors="replace")

    def close(self) -> None:
        """End it, if it runs."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
