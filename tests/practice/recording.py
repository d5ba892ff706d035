"""Records, and real processes at work on them: what the tests of the practice room share."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import dlprep
from dlprep.practice.record import Record
from dlprep.verdict import Verdict

VERSIONS = Path(__file__).parent / "versions"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(dlprep.__file__).parent.parent)}

# Check one text after the other, and report each to the user once it is recorded.
CHECKING = """
import sys
from pathlib import Path
from dlprep.verdict import Verdict
from dlprep.practice.record import Record

path, name, checks = sys.argv[1:]
record = Record(Path(path))
verdict = Verdict("softmax", "softmax.py", "failed", 1, 0.1, "none")
for n in range(int(checks)):
    record.checked(verdict, f"{name} {n}".encode())
    print(name, n, flush=True)
"""


def verdict(exercise: str = "softmax", status: str = "passed", **more: object) -> Verdict:
    return Verdict(exercise, f"{exercise}.py", status, 2407, 0.25, "none", **more)  # type: ignore[arg-type]


def child(code: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=ENVIRONMENT,
        text=True,
    )


def history(record: Record) -> list[tuple[str, bytes | None]]:
    """Kind and text of every event."""
    return [(event.kind, record.text(event.text_hash)) for event in record.events()]


def texts(path: Path) -> list[bytes]:
    """The text of every event, in their order."""
    record = Record(path)
    found = {event.text_hash: record.text(event.text_hash) for event in record.events()}
    assert None not in found.values()
    return [found[event.text_hash] for event in record.events()]  # type: ignore[misc]


def lines(path: Path) -> list[dict[str, Any]]:
    """Every line of the file, which is whole."""
    data = path.read_bytes()
    assert data.endswith(b"\n")
    return [json.loads(line) for line in data.splitlines()]


def files(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def old_record(path: Path, version: int) -> Path:
    """A record of an earlier version beside ``path``, as that version wrote it."""
    old = path.with_suffix(".sqlite3")
    old.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(old)) as db:
        db.executescript((VERSIONS / f"{version}.sql").read_text(encoding="utf-8"))
    return old
