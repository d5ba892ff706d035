"""The same tests, run by an ordinary user on a copy."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
SITE = Path(np.__file__).parents[1]
NOBODY = 65534  # a number that no user of weight has; the machine need not know it
# The attacks on the machine. What may be tried against the verdict itself does not depend on who
# runs the grader; scripts/nightly has an ordinary user judge that as well.
ON_THE_MACHINE = ("ending_early", "exhaustion", "reaching_out", "reading_the_grader")
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


@dataclass(frozen=True)
class OrdinaryRun:
    """What came of the tests that an ordinary user ran."""

    code: int
    output: str
    judged: int  # attacks that were not skipped


def run_as_ordinary(python: str, home: Path, families: Sequence[str]) -> OrdinaryRun:
    """Let an ordinary user run the attacks of these families in ``home``, which becomes theirs."""
    checkout, ignored = home / "checkout", shutil.ignore_patterns("__pycache__")
    for room in ("dlprep", "exercises", "solutions", "tests/attacks"):
        shutil.copytree(ROOT / room, checkout / room, ignore=ignored)
    for file in ("pyproject.toml", "tests/conftest.py", "tests/warm.py"):
        shutil.copy(ROOT / file, checkout / file)
    for path in (home, *home.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
    report = home / "report.xml"
    command = [python, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    command += ["--basetemp", str(home / "temporary"), "--junitxml", str(report)]
    command += ["-k", " or ".join(families), "tests/attacks/test_attacks.py"]
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=checkout,
        env={"PYTHONPATH": f"{checkout}:{SITE}"},
        **AS_NOBODY,
    )
    output = done.stdout.decode(errors="replace")
    [suite] = ET.parse(report).getroot() if report.exists() else [[]]
    judged = sum(not case.findall("skipped") for case in suite)
    return OrdinaryRun(done.returncode, output, judged)
