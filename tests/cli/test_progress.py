"""``next``, ``review`` and ``stats`` as a user runs them, on a record with some days in it."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pytest
from render_pages import DUE, FIGURES, PAGES, REVIEW_NOW, printed
from rich.cells import cell_len

from dlprep.cli.learn import next_, review, stats
from dlprep.practice import record as record_module
from dlprep.practice.workspace import Workspace
from dlprep.verdict import CaseResult, NamedMistake, Verdict

from .conftest import RIGHT, Run

OURS = [name for name in PAGES if name.startswith(("next", "review", "one_review", "no_", "stats"))]
FAILED = CaseResult("a", "", "failed", "values")
MAX = NamedMistake("softmax", "no max subtraction", "")


class Clock(datetime):
    """Stands for ``datetime`` in the record."""

    moment: ClassVar[datetime]

    @classmethod
    def now(cls, tz=None):  # type: ignore[no-untyped-def,override]
        return cls.moment.astimezone(tz)


@pytest.fixture
def noon(monkeypatch: pytest.MonkeyPatch) -> Iterator[datetime]:
    """Now; it is about noon where the user is, so that no day ends while a test runs."""
    if not hasattr(time, "tzset"):
        pytest.skip("the system has no tzset")
    now = datetime.now(UTC)
    monkeypatch.setenv("TZ", f"NOON{now.hour - 12:+d}")
    time.tzset()
    monkeypatch.setattr(record_module, "datetime", Clock)
    yield now.astimezone()
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def practised(tmp_path: Path, noon: datetime) -> datetime:
    """Softmax was passed with two hints nine days ago; two others were given up and begun."""
    workspace = Workspace(tmp_path)
    record = workspace.record

    def at(days: float, minutes: float = 0) -> None:
        Clock.moment = noon - timedelta(days=days) + timedelta(minutes=minutes)

    at(9)
    record.add("started", "softmax", b"stub")
    (tmp_path / "softmax.py").write_text("mine")
    at(9, 5)
    record.checked(Verdict("softmax", "", "failed", 1, 0.1, "", (FAILED,), (MAX,)), b"mine")
    record.add("hinted", "softmax", b"mine")
    record.add("hinted", "softmax", b"mine")
    at(9, 12)
    record.checked(Verdict("softmax", "", "passed", 1, 0.1, ""), b"right")
    at(1)
    record.add("started", "act_basic", b"stub")
    record.checked(Verdict("act_basic", "", "error", 1, 0.1, ""), b"half")
    at(1, 90)
    record.add("started", "gone_since", b"stub")
    record.add("gave_up", "gone_since", b"stub")
    at(0, -30)
    record.add("started", "logsumexp", b"stub")
    record.add("gave_up", "logsumexp", b"stub")
    return noon


def day(noon: datetime, days: int) -> str:
    return (noon + timedelta(days=days)).date().isoformat()


BLANK = {
    "next": "    dlprep start softmax\n",
    "review": "  Nothing to review yet: what you pass or give up comes back here in some days.\n"
    "  What to do now: dlprep next\n",
    "stats": "  Nothing was checked here yet, so there is nothing to count.\n"
    "  What to do now: dlprep next\n",
}


def test_without_a_record_or_with_one_that_is_garbled_each_says_what_to_do(
    dlprep: Run, tmp_path: Path
) -> None:
    pages = {}
    for command, end in BLANK.items():
        ran = dlprep(command)
        assert (ran.code, ran.err) == (0, "")
        assert ran.out.endswith(end)
        pages[command] = ran.out
    assert list(tmp_path.iterdir()) == []

    record = tmp_path / ".dlprep/record.jsonl"
    record.parent.mkdir()
    record.write_bytes(b"garbage " * 1000 + b"\n[1]\n")
    skipped = f"2 lines of the record {record} cannot be read; all others count.\n"
    for command, page in pages.items():
        ran = dlprep(command)
        assert (ran.code, ran.out) == (0, page)
        assert ran.err == (skipped if command == "stats" else "")  # where figures may be missing


def test_a_review_is_said_and_done_and_the_next_one_follows(
    dlprep: Run, tmp_path: Path, practised: datetime
) -> None:
    reviews = json.loads(dlprep("review", "--json").out)
    (due,) = reviews["due"]
    assert 0.5 < due.pop("retrievability") < 0.9
    assert due == {
        "exercise": "softmax",
        "due": day(practised, -8),
        "last": day(practised, -9),
        "grade": "hard",
        "overdue": 8,
        "why": "passed with 2 hints 9 days ago",
        "begun": False,
        "command": "dlprep start softmax --reset",
    }
    (coming,) = reviews["coming"]
    assert (coming["exercise"], coming["due"]) == ("logsumexp", day(practised, 1))
    assert (coming["grade"], coming["why"]) == ("again", "given up today")

    page = dlprep("review").out
    assert "1 review is due.\n\nsoftmax   Stable softmax" in page
    assert "    passed with 2 hints 9 days ago\n    dlprep start softmax --reset\n" in page
    assert "  To come:\n    tomorrow: logsumexp\n" in page

    for kind, command in [("review", "start softmax --reset"), ("continue", "check softmax")]:
        advice = json.loads(dlprep("next", "--json").out)
        assert (advice["exercise"], advice["kind"]) == ("softmax", kind)
        assert advice["command"] == f"dlprep {command}"
        ran = dlprep(*command.split())
        assert ran.code == (0 if kind == "review" else 1)  # a stub does not pass
    (begun,) = json.loads(dlprep("review", "--json").out)["due"]
    assert (begun["begun"], begun["command"]) == (True, "dlprep check softmax")

    (tmp_path / "softmax.py").write_text(RIGHT)
    assert dlprep("check", "softmax").code == 0
    after = json.loads(dlprep("review", "--json").out)
    assert after["due"] == []
    assert {one["exercise"]: one["grade"] for one in after["coming"]} == {
        "logsumexp": "again",
        "softmax": "easy",
    }
    advice = json.loads(dlprep("next", "--json").out)
    assert (advice["kind"], advice["command"]) == ("continue", "dlprep check act_basic")
    assert advice["reason"] == "It is begun, and not passed yet: last worked on yesterday."


def test_figures(dlprep: Run, practised: datetime) -> None:
    figures = json.loads(dlprep("stats", "--json").out)
    tracks = {one["track"]: (one["passed"], one["total"]) for one in figures.pop("tracks")}
    assert tracks["stability"] == (1, 3)
    assert sum(passed for passed, _ in tracks.values()) == 1
    assert figures == {
        "today": day(practised, 0),
        "streak": 1,
        "days": [
            {"day": day(practised, -9), "minutes": 12, "checks": 2},
            {"day": day(practised, -1), "minutes": 90, "checks": 1},
        ],
        "passes": [{"exercise": "softmax", "day": day(practised, -9), "minutes": 12, "target": 10}],
        "mistakes": [{"exercise": "softmax", "name": "no max subtraction", "times": 1}],
        "hints": 2,
        "give_ups": 2,
        "reviews": 0,
        "polished": 0,
    }
    page = dlprep("stats", PYTHONIOENCODING="ascii").out
    assert page.startswith("2 days of practice\n")
    assert "  softmax  ############|##----------  12 of 10 min\n" in page
    assert "  stability      ########----------------  1 of 3\n" in page
    assert "  #  no max subtraction (softmax): once\n" in page
    assert page.isascii()


@pytest.mark.parametrize("name", OURS)
def test_no_page_is_wider_than_its_terminal(name: str) -> None:
    for width in range(20, 101):
        page = printed(PAGES[name], width, True)
        assert max(map(cell_len, page.split("\n"))) <= width, width


def test_the_json_keys_are_in_the_help() -> None:
    figures = FIGURES.to_json()
    lists = [figures[name][0] for name in ("days", "tracks", "passes", "mistakes")]
    for function, objects in [
        (next_, [REVIEW_NOW.to_json()]),
        (review, [{"due": [], "coming": []}, DUE[0].to_json()]),
        (stats, [figures, *lists]),
    ]:
        words = set(re.findall(r"\w+", function.__doc__ or ""))
        for one in objects:
            assert one.keys() <= words


def test_dlprep_alone_says_where_you_are_and_what_to_do(dlprep: Run, tmp_path: Path) -> None:
    ran = dlprep()
    assert (ran.code, ran.err) == (0, "")
    assert "dlprep   0 of " in ran.out
    assert "dlprep start softmax" in ran.out
    assert "dlprep --help" in ran.out
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "softmax.py").write_text(RIGHT)
    assert dlprep("check", "softmax").code == 0
    assert "dlprep   1 of " in dlprep().out
