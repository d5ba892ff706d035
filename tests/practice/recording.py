"""Records, and real processes at work on them: what the tests of the practice room share."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import zlib
from contextlib import closing
from pathlib import Path

import dlprep
from dlprep.model import Verdict

VERSIONS = Path(__file__).parent / "versions"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(dlprep.__file__).parent.parent)}

# Check one text after the other, and report each to the user once it is recorded.
CHECKING = """
import sys
from pathlib import Path
from dlprep.model import Verdict
from dlprep.practice.record import Record

path, name, checks = sys.argv[1:]
record = Record(Path(path))
verdict = Verdict("softmax", "softmax.py", "failed", 1, 0.1, "none")
for n in range(int(checks)):
    record.checked(verdict, f"{name} {n}".encode())
    print(name, n, flush=True)
"""

# Leave a transaction half written, as a process does that dies while it commits.
TEARING = """
import sqlite3, sys

db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("pragma cache_size = 1")
db.execute("begin immediate")
db.execute("update event set exercise = 'torn'")
for n in range(100):
    db.execute("insert into text values (?, zeroblob(4000))", (str(n),))
print("torn", flush=True)
sys.stdin.read()
"""

# Run argv[2] with the file argv[1] as ``path``, again and again in copies of its folder: the first
# is killed before its first statement of SQL, the second before its second, and so on. All that
# was changed until then is in the file.
KILLED = """
import os, shutil, signal, sqlite3, sys
from pathlib import Path
from dlprep.practice.record.exchange import import_
from dlprep.practice.record import Record

source, connect = Path(sys.argv[1]), sqlite3.connect
for n in range(1, 500):
    path = Path(shutil.copytree(source.parent, f"{source.parent}-{n}")) / source.name
    pid = os.fork()
    if not pid:
        left = n
        def step(statement):
            global left
            left -= 1
            if not left:
                print(path, " ".join(statement.split()), flush=True)
                os.kill(os.getpid(), signal.SIGKILL)
        def traced(*arguments, **options):
            db = connect(*arguments, **options)
            db.execute("pragma cache_size = 1")
            db.set_trace_callback(step)
            return db
        sqlite3.connect = traced
        exec(sys.argv[2])
        os._exit(0)
    if not os.WIFSIGNALED(os.waitpid(pid, 0)[1]):
        break
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


def rows(path: Path, query: str) -> list[dict[str, object]]:
    with closing(sqlite3.connect(path)) as db:
        db.row_factory = sqlite3.Row
        return [dict(row) for row in db.execute(query)]


def texts(path: Path) -> list[bytes]:
    """The text of every event, in their order."""
    found = rows(path, "select body from event left join text on hash = text_hash order by id")
    return [zlib.decompress(row["body"]) for row in found]  # type: ignore[arg-type]


def files(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def assert_sound(path: Path, textless: int = 0) -> None:
    """The file is whole, and so are its references, but for the events whose text is lost."""
    assert rows(path, "pragma integrity_check") == [{"integrity_check": "ok"}]
    assert len(rows(path, "pragma foreign_key_check")) == textless


def tear(path: Path) -> None:
    """Kill a process whose transaction is half in the file, and half only in its journal."""
    before = path.read_bytes()
    shell = child(TEARING, path)
    assert shell.stdout is not None
    assert shell.stdout.readline() == "torn\n"
    shell.kill()
    with shell:
        pass
    assert path.read_bytes() != before
    assert Path(f"{path}-journal").stat().st_size > 0


def old_record(path: Path, version: int) -> Path:
    """A record of an earlier version, as that version wrote it."""
    script = (VERSIONS / f"{version}.sql").read_text(encoding="utf-8")
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as db:
        db.executescript(script)
    assert rows(path, "pragma user_version") == [{"user_version": version}]
    return path


def large_record(path: Path, version: int, events: int) -> None:
    """A record of an earlier version with so many events, made by today's list of migrations."""
    old_record(path, version)
    with closing(sqlite3.connect(path)) as db, db:
        names = [row[1] for row in db.execute("pragma table_info (event)") if row[1] != "id"]
        values = ["uid || '-' || n" if name == "uid" else name for name in names]
        db.execute(
            f"""
            with recursive counter (n) as (select 1 union all select n + 1 from counter limit ?)
            insert into event ({", ".join(names)})
            select {", ".join(values)} from event, counter order by n, id
            """,
            (events // 10,),
        )


def killed_at_every_statement(path: Path, code: str) -> list[tuple[str, Path]]:
    """The statements before which a process that runs ``code`` was killed, and the records then."""
    killing = child(KILLED, path, code)
    said = [line.split(" ", 1) for line in killing.communicate()[0].splitlines()]
    assert killing.returncode == 0
    return [(statement, Path(place)) for place, statement in said]
