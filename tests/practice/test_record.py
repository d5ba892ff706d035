"""The record: what it keeps of a user's work, what it tells of it, and what its file may be."""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recording import CHECKING, child, files, lines, texts, verdict

from dlprep.practice import record as record_module
from dlprep.practice.record import LONGEST, NEAR, Record, RecordError
from dlprep.verdict import CaseResult, NamedMistake, Verdict

# What is kept


def test_reading_without_a_record_is_empty_and_creates_nothing(path: Path, tmp_path: Path) -> None:
    record = Record(path)
    assert record.events() == []
    assert record.statuses() == {}
    assert record.last_exercise() is None
    assert record.text("0" * 64) is None
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_is_used_by_the_first_event(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    assert Record(path).statuses() == {}
    Record(path).add("started", "softmax", b"")
    assert Record(path).statuses() == {"softmax": "started"}


def test_a_check_is_two_lines_the_text_and_the_verdict(path: Path) -> None:
    before = datetime.now(UTC).isoformat(timespec="milliseconds")
    Record(path).checked(
        verdict(
            status="failed",
            cases=(
                CaseResult("a", "", "passed"),
                CaseResult("b", "", "failed", "not implemented"),
                CaseResult("c", "", "passed", tier="polish"),
                CaseResult("d", "", "failed", tier="polish"),
                CaseResult("e", "", "failed", "not implemented", tier="polish"),
            ),
            mistakes=(NamedMistake("softmax", "no max subtraction", "Subtract it."),),
        ),
        "def softmax(x): ...  # Größe".encode(),
    )
    text, event = lines(path)
    digest = hashlib.sha256("def softmax(x): ...  # Größe".encode()).hexdigest()
    assert text == {"text": digest, "utf8": "def softmax(x): ...  # Größe"}
    at = event.pop("at")
    assert before <= at <= datetime.now(UTC).isoformat(timespec="milliseconds")
    assert len(event.pop("event")) == 16
    assert event == {
        "utc_offset": time.localtime().tm_gmtoff // 60,
        "exercise": "softmax",
        "kind": "checked",
        "text_hash": digest,
        "status": "failed",
        "seed": 2407,
        "seconds": 0.25,
        "passing": 1,
        "total": 2,
        "unwritten": 1,
        "polish_passing": 1,
        "polish_total": 3,
        "mistakes": ["no max subtraction"],
    }
    (read,) = Record(path).events()
    assert read.at == datetime.fromisoformat(at)
    assert (read.status, read.seed, read.seconds, read.unwritten) == ("failed", 2407, 0.25, 1)
    assert (read.mistakes, read.only_case) == (("no max subtraction",), None)


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the system has no tzset")
def test_an_event_knows_the_time_zone_of_its_user(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    try:
        for zone in ("UTC0", "IST-5:30", "NST3:30"):
            monkeypatch.setenv("TZ", zone)
            time.tzset()
            Record(path).add("started", "softmax", b"")
    finally:
        monkeypatch.undo()
        time.tzset()
    events = Record(path).events()
    assert [event.utc_offset for event in events] == [0, 330, -210]
    assert all(event.at.tzinfo == UTC for event in events)


@pytest.mark.parametrize("text", [b"", b"\xff\xfe\x00 not UTF-8", b"x = 1\r\n" * 10_000])
def test_every_text_is_kept_byte_for_byte_and_once(path: Path, text: bytes) -> None:
    record = Record(path)
    for exercise in ("softmax", "softmax", "relu"):
        record.checked(verdict(exercise), text)
    assert texts(path) == [text] * 3
    assert ["text" in line for line in lines(path)] == [True, False, False, False]


def test_the_largest_text_of_the_longest_line_is_kept(path: Path) -> None:
    text = b"\x01" * (1 << 20)
    record = Record(path)
    record.add("started", "softmax", text)
    record.add("resumed", "softmax", text)
    assert texts(path) == [text, text]
    assert 6 << 20 < path.stat().st_size < LONGEST  # and it is there once


def test_an_unlikely_seed_is_kept(path: Path) -> None:
    Record(path).checked(Verdict("softmax", "", "passed", 2**200 + 1, 0.1, ""), b"")
    assert Record(path).events()[0].seed == 2**200 + 1


def test_a_text_is_written_again_when_it_is_far_and_the_file_grows_little(path: Path) -> None:
    """An event reads the end of the file alone, so it cannot know all texts in it."""
    record = Record(path)
    mine = b"# mine\n" * 300
    record.add("started", "softmax", mine)
    for _ in range(40):
        record.checked(verdict(status="failed"), os.urandom(2500).hex().encode())
        record.checked(verdict(status="failed"), mine)
    assert path.stat().st_size > 3 * NEAR
    times = sum(line.get("utf8", "").encode() == mine for line in lines(path))
    assert 1 < times < 5


def test_a_text_whose_line_was_garbled_is_written_again(path: Path) -> None:
    record = Record(path)
    record.add("started", "softmax", b"# mine")
    path.write_bytes(path.read_bytes().replace(b"# mine", b"# mime"))
    assert record.text(record.events()[0].text_hash) is None
    record.add("resumed", "softmax", b"# mine")
    assert texts(path) == [b"# mine", b"# mine"]


# What it tells


@pytest.mark.parametrize(
    ("events", "status"),
    [
        (["started"], "started"),
        (["started", "passed"], "passed"),
        (["passed"], "passed"),
        (["failed"], "failing"),
        (["error"], "failing"),
        (["failed", "passed"], "passed"),
        (["passed", "failed"], "failing"),
        (["passed", "started"], "passed"),
        (["passed", "reset"], "started"),
        (["passed", "reset", "failed"], "failing"),
        (["fault"], "started"),
        (["passed", "fault"], "passed"),
        (["failed", "fault"], "failing"),
        (["passed one case"], "started"),
        (["failed", "passed one case"], "failing"),
        (["passed", "failed one case"], "failing"),
        (["passed", "passed one case"], "passed"),
        (["passed", "failed", "restored passed"], "passed"),
        (["failed", "passed", "restored failed"], "failing"),
        (["passed", "restored unknown"], "started"),
    ],
    ids=lambda value: " then ".join(value) if isinstance(value, list) else value,
)
def test_the_last_check_decides_the_status(path: Path, events: list[str], status: str) -> None:
    record = Record(path)
    for event in events:
        kind, _, found = event.partition(" ")
        if kind in ("started", "reset"):
            record.add(kind, "softmax", b"")  # type: ignore[arg-type]
        elif kind == "restored":
            record.add(kind, "softmax", found.encode())
        else:
            text = b"one case" if found else kind.encode()
            record.checked(verdict(status=kind), text, "test_rows" if found else None)
    record.add("started", "relu", b"")
    assert record.statuses() == {"softmax": status, "relu": "started"}


def case(status: str, tier: str) -> CaseResult:
    return CaseResult(f"{tier} {status}", "", status, tier=tier)  # type: ignore[arg-type]


def test_a_pass_with_all_of_its_polish_is_polished(path: Path) -> None:
    record, core = Record(path), case("passed", "core")

    def status_after(*cases: CaseResult, only: str | None = None, text: bytes = b"x") -> str:
        record.checked(verdict(cases=cases), text, only)
        return record.statuses()["softmax"]

    assert status_after(core) == "passed"  # there is no polish
    assert status_after(core, case("passed", "polish"), case("failed", "polish")) == "passed"
    assert status_after(core, case("passed", "polish")) == "polished"
    assert status_after(case("passed", "polish"), only="ties") == "polished"
    record.checked(verdict(status="failed", cases=(case("failed", "polish"),)), b"x", "ties")
    assert record.statuses()["softmax"] == "polished", "a polish case alone decides nothing"
    record.checked(verdict(status="failed", cases=(case("failed", "core"),)), b"y", "rows")
    assert record.statuses()["softmax"] == "failing"
    record.add("restored", "softmax", b"x")
    assert record.statuses()["softmax"] == "polished"


def test_what_was_passed_before_there_was_polish_is_passed(path: Path) -> None:
    Record(path).checked(verdict(cases=(case("passed", "core"),)), b"x")
    text, event = path.read_bytes().splitlines(keepends=True)
    known = {k: v for k, v in json.loads(event).items() if not k.startswith("polish")}
    path.write_bytes(text + json.dumps(known).encode() + b"\n")
    assert Record(path).statuses() == {"softmax": "passed"}
    assert Record(path).events()[0].polish_total is None


def test_the_last_exercise_is_one_that_there_still_is(path: Path) -> None:
    record = Record(path)
    for name in ("softmax", "relu", "softmax", "gone"):
        record.add("started", name, b"")
    assert record.last_exercise() == "gone"
    assert record.last_exercise({"relu", "softmax"}) == "softmax"
    assert record.last_exercise({"other"}) is None


def test_the_last_exercise_is_found_however_far_it_is(path: Path) -> None:
    record = Record(path)
    record.add("started", "softmax", b"")
    for _ in range(3):
        record.add("started", "gone", os.urandom(NEAR).hex().encode())
    assert record.last_exercise({"softmax"}) == "softmax"


def test_a_clock_that_was_set_back_changes_no_order(path: Path) -> None:
    record = Record(path)
    record.checked(verdict(status="failed"), b"")
    path.write_text(path.read_text().replace('"at": "20', '"at": "29'))
    record.checked(verdict(), b"")
    assert record.events()[0].at.year > 2900
    assert record.statuses() == {"softmax": "passed"}
    record.add("started", "relu", b"")
    assert [event.exercise for event in record.events()] == ["softmax", "softmax", "relu"]
    assert record.last_exercise() == "relu"


# Lines that are not ours

EVENT = {"event": "1", "at": "2026-11-21T15:00:00.000+00:00", "utc_offset": 0}
OURS = EVENT | {"kind": "started", "exercise": "softmax", "text_hash": "0" * 64}


def written(path: Path, *found: object) -> Record:
    """A record of these lines; bytes are written as they are."""
    path.parent.mkdir(exist_ok=True)
    with path.open("wb") as file:
        for line in found:
            data = line if isinstance(line, bytes) else json.dumps(line).encode()
            file.write(data + b"\n")
    return Record(path)


def test_kinds_and_keys_of_a_later_version_are_kept_and_left_alone(path: Path) -> None:
    quiz = EVENT | {"event": "2", "kind": "quizzed", "question": {"deep": [1, None]}}
    dreamt = OURS | {"event": "3", "kind": "dreamt of", "mood": "good"}
    record = written(path, OURS | {"mood": "good"}, quiz, dreamt)
    before = path.read_bytes()
    assert [event.kind for event in record.events()] == ["started"]
    assert record.unreadable == 0
    assert record.statuses() == {"softmax": "started"}
    assert record.last_exercise() == "softmax"
    record.add("hinted", "softmax", b"")
    assert path.read_bytes().startswith(before)
    assert lines(path)[-1]["after"] == "3"


STRANGE: dict[str, object] = {
    "nothing": b"",
    "no JSON": b"once upon a time",
    "half of it": json.dumps(OURS).encode()[:-20],
    "not UTF-8": b'{"event": "\xff"}',
    "zeros": bytes(1000),
    "deep": b"[" * 1_000_000,
    "deep, and short enough to be read": b"[" * 60_000,
    "a number of many digits": b'{"event": ' + b"1" * 60_000 + b"}",
    "longer than any": b'{"event": "' + b"x" * LONGEST * 2 + b'"}',
    "a list": [OURS],
    "a string": "event",
    "no uid": {key: value for key, value in OURS.items() if key != "event"},
    "an empty uid": OURS | {"event": ""},
    "a uid that is a list": OURS | {"event": []},
    "a time that is a number": OURS | {"at": 1},
    "noon": OURS | {"at": "noon"},
    "a time without a zone": OURS | {"at": "2026-11-21T15:00:00.000"},
    "the last day": OURS | {"at": "9999-12-31T23:59:59.999+00:00"},
    "the first day": OURS | {"at": "0001-01-01T00:00:00.000+00:00"},
    "no offset": OURS | {"utc_offset": None},
    "a huge offset": OURS | {"utc_offset": 10**30},
    "an offset that is true": OURS | {"utc_offset": True},
    "no kind": OURS | {"kind": None},
    "no exercise": OURS | {"exercise": None},
    "a path": OURS | {"exercise": "../softmax"},
    "an exercise that is a list": OURS | {"exercise": ["softmax"]},
    "a list of a kind of a later version": OURS | {"exercise": ["softmax"], "kind": "dreamt of"},
    "no text": OURS | {"text_hash": None},
    "a hash that is none": OURS | {"text_hash": "../../x"},
    "a hash that is a number": OURS | {"text_hash": 1},
    "the one before is a list": OURS | {"after": [1]},
    "a status": OURS | {"status": 1},
    "a seed": OURS | {"seed": "x"},
    "half a seed": OURS | {"seed": 0.5},
    "no number": OURS | {"seconds": float("nan")},
    "endless": OURS | {"seconds": float("inf")},
    "seconds that are a name": OURS | {"seconds": "1"},
    "passing": OURS | {"passing": -1},
    "total": OURS | {"total": 2**70},
    "unwritten": OURS | {"unwritten": 0.5},
    "mistakes that are a string": OURS | {"mistakes": "[]"},
    "a mistake that is a list": OURS | {"mistakes": [["deep"]]},
    "a mistake that fills pages": OURS | {"mistakes": ["x" * 10_000]},
    "a case": OURS | {"only_case": {}},
}


@pytest.mark.parametrize("strange", STRANGE.values(), ids=STRANGE)
def test_a_strange_line_is_skipped_and_counted(path: Path, strange: object) -> None:
    record = written(path, OURS | {"event": "first"}, strange, OURS | {"event": "last"})
    assert [event.uid for event in record.events()] == ["first", "last"]
    assert (record.unreadable > 0) == (strange != b"")  # a blank line says nothing
    assert record.statuses() == {"softmax": "started"}
    record.add("hinted", "softmax", b"")
    assert record.last_exercise() == "softmax"
    assert len(record.events()) == 3


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
FIELDS = [*OURS, "after", "status", "seed", "seconds", "passing", "total", "unwritten", "mistakes"]
GARBAGE = (
    st.binary(max_size=60)
    | st.dictionaries(st.sampled_from([*FIELDS, "only_case"]), JSON).map(lambda more: OURS | more)
    | st.tuples(st.just(json.dumps(OURS).encode()), st.integers(0, 200), st.binary(max_size=3)).map(
        lambda cut: cut[0][: cut[1]] + cut[2] + cut[0][cut[1] + len(cut[2]) :]
    )
)


@given(st.lists(GARBAGE, max_size=8))
def test_whatever_lines_there_are_the_next_event_is_read(found: list[object]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        record = written(Path(folder) / ".dlprep" / "record.jsonl", *found)
        known = record.events()
        for event in known:
            assert event.exercise.isidentifier()
            assert event.at.astimezone(UTC)
            assert all(isinstance(name, str) for name in (*event.mistakes, event.only_case or ""))
        record.last_exercise()
        record.add("hinted", "softmax", b"mine")
        after = record.events()
        assert len(after) == len(known) + 1
        assert sum(event.kind == "hinted" for event in after) >= 1
        assert texts_of(record, "hinted")[-1] == b"mine"


def texts_of(record: Record, kind: str) -> list[bytes | None]:
    found = [event for event in record.events() if event.kind == kind]
    return [record.text(event.text_hash) for event in found if len(event.uid) == 16]


# What the file may be


def make_folder(path: Path) -> None:
    path.mkdir()


def make_pipe(path: Path) -> None:
    os.mkfifo(path)


def make_link(path: Path) -> None:
    (path.parent / "secret").write_text("as it was\n")
    path.symlink_to("secret")


def make_dangling_link(path: Path) -> None:
    path.symlink_to("nowhere")


def every_use(record: Record) -> list[Callable[[], object]]:
    return [
        lambda: record.add("started", "softmax", b"mine"),
        lambda: record.checked(verdict(), b"mine"),
        record.events,
        record.statuses,
        record.last_exercise,
        lambda: record.text("0" * 64),
        lambda: record.export(sys.stdout.buffer),
        lambda: record.import_(io.BytesIO(json.dumps(OURS).encode()), "import.jsonl"),
    ]


@pytest.mark.skipif(os.name == "nt", reason="the system has no pipes among files")
@pytest.mark.parametrize(
    ("make", "said"),
    [
        (make_folder, "is a folder, not a file. Move it away."),
        (make_pipe, "is a pipe or a device, not a file. Move it away."),
        (make_link, "is a symbolic link. Move it away."),
        (make_dangling_link, "is a symbolic link. Move it away."),
    ],
)
def test_what_is_no_file_is_refused_in_a_sentence(
    path: Path, make: Callable[[Path], None], said: str
) -> None:
    path.parent.mkdir()
    make(path)
    before = sorted(path.parent.iterdir())
    for use in every_use(Record(path)):
        with pytest.raises(RecordError) as caught:
            use()
        assert str(caught.value) == f"The record {path} {said}"
    assert sorted(path.parent.iterdir()) == before
    assert make != make_link or (path.parent / "secret").read_text() == "as it was\n"


def test_a_file_where_the_folder_should_be(path: Path) -> None:
    path.parent.write_text("mine")
    record = Record(path)
    with pytest.raises(RecordError) as caught:
        record.add("started", "softmax", b"")
    assert str(caught.value) == f"{path.parent} is not a folder, so no record can be kept in it."
    assert record.statuses() == {}
    assert path.parent.read_text() == "mine"


def test_a_file_that_is_too_large_is_not_read_to_its_end(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_module, "LARGEST", 32 << 20)  # to read 1 GiB takes a second or two
    record = Record(path)
    record.add("started", "softmax", b"mine")
    size = 100 << 30
    with path.open("r+b") as file:
        file.truncate(size)  # a hole, that takes no room
    with pytest.raises(RecordError) as caught:
        record.events()
    assert str(caught.value) == (
        f"The record {path} cannot be read: it has more than 1 GiB or a million lines."
    )
    record.add("hinted", "softmax", b"yours")  # which needs the end alone
    assert record.last_exercise() == "softmax"
    assert path.stat().st_size > size


def test_a_record_that_another_process_holds(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fcntl = pytest.importorskip("fcntl")
    record = Record(path)
    record.add("started", "softmax", b"")
    monkeypatch.setattr(record_module, "PATIENCE", 0.05)
    with path.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(RecordError) as caught:
            record.add("started", "relu", b"")
        assert record.statuses() == {"softmax": "started"}
    assert str(caught.value) == (
        f"The record {path} cannot be used: another dlprep is writing to it."
    )
    record.add("started", "relu", b"")
    assert record.last_exercise() == "relu"


def test_a_file_system_without_locks_will_do(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fcntl = pytest.importorskip("fcntl")

    def refuse(*_: object) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    Record(path).add("started", "softmax", b"mine")
    assert texts(path) == [b"mine"]


# Several processes, kills, full disks, copies


def test_three_shells_at_once_lose_nothing(path: Path) -> None:
    names = ("left", "middle", "right")
    shells = [child(CHECKING, path, name, 30) for name in names]
    record = Record(path)
    while any(shell.poll() is None for shell in shells):
        assert record.statuses() in ({}, {"softmax": "failing"})
    for shell in shells:
        shell.communicate()
    assert [shell.returncode for shell in shells] == [0, 0, 0]
    found = texts(path)
    for name in names:  # each in its own order
        assert [text for text in found if text.startswith(name.encode())] == [
            f"{name} {n}".encode() for n in range(30)
        ]
    assert len(found) == 90
    assert len(record.events()) == 90
    assert record.unreadable == 0
    events = [line for line in lines(path) if "event" in line]
    before = [None, *(line["event"] for line in events[:-1])]
    assert [line.get("after") for line in events] == before


@pytest.mark.parametrize("attempt", range(3))
def test_writers_that_create_the_record_at_the_same_moment(path: Path, attempt: int) -> None:
    writers = 8
    together = threading.Barrier(writers)

    def write(n: int) -> None:
        record = Record(path)
        together.wait()
        record.add("started", "softmax", str(n).encode())

    with ThreadPoolExecutor(writers) as pool:
        list(pool.map(write, range(writers)))
    assert sorted(texts(path)) == [str(n).encode() for n in range(writers)]


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")
@pytest.mark.parametrize("name", ["SIGKILL", "SIGINT"])
def test_every_attempt_that_was_reported_survives_a_kill(path: Path, name: str) -> None:
    chance = random.Random(2407)
    reported: list[str] = []
    rounds = 8
    for n in range(rounds):
        shell = child(CHECKING, path, f"round-{n}", 10_000)
        assert shell.stdout is not None
        seen = [shell.stdout.readline() for _ in range(chance.randrange(1, 20))]
        for _ in range(chance.randrange(2000)):  # somewhere inside a check
            pass
        shell.send_signal(getattr(signal, name))
        with shell:
            seen += shell.stdout.readlines()
        assert shell.returncode != 0
        reported += [line.strip() for line in seen if line.endswith("\n")]
    found = [text.decode() for text in texts(path)]
    assert set(reported) <= set(found)
    assert len(found) <= len(reported) + rounds  # at most the one in the making
    assert Record(path).statuses() == {"softmax": "failing"}


def test_cut_at_any_byte_all_whole_events_are_read_and_the_next_one_is(path: Path) -> None:
    """What a power failure leaves, or a kill in the middle of a large write."""
    record = Record(path)
    for n in range(2):
        record.checked(verdict(status="failed"), f"# {n} é\n".encode())
    data = path.read_bytes()
    ends = [n + 1 for n, byte in enumerate(data) if byte == ord("\n")]
    near = {end + n for end in ends for n in range(-2, 3)} & {*range(len(data) + 1)}
    for end in sorted(near | {*range(0, len(data), 5)}):
        path.write_bytes(data[:end])
        whole = sum(cut <= end + 1 for cut in ends[1::2])  # a line's end is not part of the event
        assert len(record.events()) == whole
        record.add("hinted", "softmax", b"# 1 \xc3\xa9\n")
        assert [event.kind for event in record.events()] == ["checked"] * whole + ["hinted"]
        assert record.text(record.events()[-1].text_hash) == b"# 1 \xc3\xa9\n"
        assert path.read_bytes().startswith(data[:end])
        assert record.unreadable <= 1


FULL = """
import os, sys
from pathlib import Path
from dlprep.practice.record import Record, RecordError

disk = Path(sys.argv[1])
record = Record(disk / ".dlprep" / "record.jsonl")
record.add("started", "softmax", b"mine")
before = record.path.read_bytes()
with (disk / "filler").open("wb", buffering=0) as filler:
    try:
        while True:
            filler.write(bytes(4096))
    except OSError:
        pass
refused = 0
while not refused:  # until the last block of the file is full as well
    before = record.path.read_bytes()
    try:
        record.add("resumed", "softmax", os.urandom(100))
    except RecordError as error:
        print(error)
        refused += 1
assert record.path.read_bytes() == before, "half a line is left"
assert os.listdir(record.path.parent) == ["record.jsonl"]
(disk / "filler").unlink()
record.add("resumed", "softmax", b"again")
assert record.path.read_bytes().startswith(before)
assert record.text(record.events()[-1].text_hash) == b"again"
record.events()
print(record.unreadable)
"""


def test_a_full_disk_leaves_nothing_half_written(
    said_on_small_disk: Callable[..., list[str]], tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    shown = said_on_small_disk(FULL)
    path = disk / ".dlprep" / "record.jsonl"
    full = f"The record {path} cannot be used: no space left on device."
    assert shown == [full, "0"]


def test_a_copied_folder_is_a_whole_record(path: Path, tmp_path: Path) -> None:
    record = Record(path)
    record.checked(verdict(), b"mine")
    assert list(files(path.parent)) == ["record.jsonl"]  # nothing beside it to forget
    shutil.copytree(path.parent, tmp_path / "copy")
    copy = Record(tmp_path / "copy" / path.name)
    assert copy.statuses() == {"softmax": "passed"}
    assert texts(copy.path) == [b"mine"]
    copy.add("started", "relu", b"only there")
    assert record.last_exercise() == "softmax"


def test_a_strange_folder_name_is_no_trouble(tmp_path: Path) -> None:
    folder = tmp_path / "50% of a?b#c; mode=ro & é"
    folder.mkdir()
    record = Record(folder / ".dlprep" / "record.jsonl")
    record.add("started", "softmax", b"stub")
    assert record.statuses() == {"softmax": "started"}


def test_an_event_reads_the_end_of_the_file_alone(path: Path) -> None:
    """However long the record is: counted in bytes, since times depend on the machine."""
    record = Record(path)
    read: list[int] = []
    for size in (0, 20 * NEAR):
        record.add("started", "softmax", b"mine")
        with path.open("ab") as file:
            file.write(b"#\n" * size)
        record.add("started", "softmax", b"mine")
        before = bytes_read()
        record.add("hinted", "softmax", b"mine")
        record.last_exercise()
        read.append(bytes_read() - before)
    assert read[1] <= read[0] + 3 * NEAR


def bytes_read() -> int:
    """By this process, of files, so far."""
    counts: Any = Path("/proc/self/io")
    if not counts.exists():
        pytest.skip("the system does not count what a process reads")
    return int(counts.read_text().split()[1])
