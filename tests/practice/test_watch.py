"""The loop of ``watch`` without a terminal: what a save, a verdict and each key do."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from rich.cells import cell_len

from dlprep import catalog, render
from dlprep.model import CaseResult, Verdict
from dlprep.practice.check import Checked
from dlprep.practice.watch import Watch
from dlprep.practice.watch.saves import Saves
from dlprep.practice.watch.turns import PATIENCE, Turns
from dlprep.practice.workspace import Workspace
from dlprep.render.watch import View, draw

SOFTMAX = catalog.find("softmax")
RIGHT = SOFTMAX.reference.read_bytes()
GOOD = CaseResult("rows", "rows sum to one", "passed")
BAD = CaseResult("large", "stays finite", "failed", "values", "softmax([1000.])")
WORSE = CaseResult("empty", "takes an empty batch", "failed", "values", "softmax([])")


def verdict(*cases: CaseResult, exercise: str = "softmax") -> Verdict:
    """A verdict on cases like these."""
    passed = all(case.status == "passed" for case in cases)
    status = "passed" if passed else "failed"
    return Verdict(exercise, f"{exercise}.py", status, 7, 0.14, "full", cases)


def plain(view: View, columns: int = 80, rows: int = 24, top: int | None = None) -> str:
    """The screen's text."""
    return re.sub(r"\x1b\[[0-9;]*m", "", draw(view, columns, rows, top).text)


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.chdir(tmp_path)
    return Workspace(tmp_path)


@pytest.fixture
def watch(workspace: Workspace) -> Watch:
    """A watch of softmax, whose stub was judged."""
    made = Watch(workspace, SOFTMAX, lambda one, text: partial(render.message, f"{one.title}!"))
    judged(made, BAD, WORSE, GOOD)
    return made


def judged(watch: Watch, *cases: CaseResult) -> None:
    """The newest text is judged, as the loop does it."""
    look(watch)
    save = watch.turns.take()
    assert save is not None
    found = verdict(*cases, exercise=watch.exercise.slug)
    watch.workspace.record.checked(found, save.text)
    watch.finished(Checked(found))


def look(watch: Watch) -> None:
    watch.look()
    watch.look()


def save(watch: Watch, text: bytes) -> None:
    watch.workspace.file(watch.exercise).write_bytes(text)


def kinds(watch: Watch, exercise: str = "softmax") -> list[str]:
    return [event.kind for event in watch.workspace.record.events(exercise)]


# saves


def in_place(path: Path, text: bytes) -> None:
    path.write_bytes(text)


def by_rename(path: Path, text: bytes) -> None:
    new = path.with_suffix(".new")
    new.write_bytes(text)
    before = path.stat()
    os.utime(new, ns=(before.st_atime_ns, before.st_mtime_ns))  # as `cp -p` or a checkout has it
    new.replace(path)


def removed_first(path: Path, text: bytes) -> None:
    path.unlink()
    path.write_bytes(text)


def with_its_old_time(path: Path, text: bytes) -> None:
    before = path.stat()
    path.write_bytes(text)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.parametrize("way", [in_place, by_rename, removed_first, with_its_old_time])
def test_every_way_of_saving_is_seen_once(
    tmp_path: Path, way: Callable[[Path, bytes], None]
) -> None:
    path = tmp_path / "softmax.py"
    path.write_bytes(b"one")
    saves = Saves(path)
    first = saves.look()
    assert first is not None
    assert (first.text, first.first, first.problem) == (b"one", True, "")
    assert saves.look() is None
    way(path, b"two")
    found = [saves.look() for _ in range(5)]
    assert [one and (one.text, one.first) for one in found] == [
        None, (b"two", False), None, None, None
    ]  # fmt: skip


def test_what_is_between_two_steps_of_a_save_is_not_told(tmp_path: Path) -> None:
    path = tmp_path / "softmax.py"
    path.write_bytes(b"one")
    saves = Saves(path)
    saves.look()
    path.write_bytes(b"")
    assert saves.look() is None
    path.write_bytes(b"two")
    assert saves.look() is None
    told = saves.look()
    assert told is not None
    assert told.text == b"two"
    path.unlink()
    assert saves.look() is None
    path.write_bytes(b"three")
    assert saves.look() is None
    told = saves.look()
    assert told is not None
    assert told.text == b"three"


def test_a_touch_is_a_save(tmp_path: Path) -> None:
    path = tmp_path / "softmax.py"
    path.write_bytes(b"one")
    saves = Saves(path)
    saves.look()
    os.utime(path, (1, 1))
    assert saves.look() is None
    told = saves.look()
    assert told is not None
    assert told.text == b"one"


def test_the_moment_of_a_save_is_the_files_or_that_of_the_look(tmp_path: Path) -> None:
    from time import perf_counter, sleep

    path = tmp_path / "softmax.py"
    saves = Saves(path)
    saves.look()
    path.write_bytes(b"one")
    written = perf_counter()
    sleep(0.1)
    saves.look()
    told = saves.look()
    assert told is not None
    assert told.at < written + 0.05  # not when it was seen

    os.utime(path, (2**32, 2**32))  # another machine's clock
    saves.look()
    told = saves.look()
    assert told is not None
    assert written < told.at <= perf_counter()


# turns


def test_a_save_makes_the_check_under_way_void(watch: Watch) -> None:
    save(watch, b"one")
    look(watch)
    one = watch.turns.take()
    assert one is not None
    assert one.text == b"one"
    assert watch.turns.wants(one)
    assert watch.turns.take() is None, "one at a time"
    for text in (b"two", b"three"):
        save(watch, text)
        look(watch)
    assert not watch.turns.wants(one)
    assert watch.turns.take() is None
    watch.finished(None)  # the loop drops a void verdict
    three = watch.turns.take()
    assert three is not None
    assert three.text == b"three", "the newest alone"
    assert watch.turns.wants(three)


def test_a_void_check_is_overdue_after_a_while(tmp_path: Path) -> None:
    from time import perf_counter, sleep

    path = tmp_path / "softmax.py"
    path.write_bytes(b"one")
    one = Saves(path).look()
    turns = Turns()
    turns.saved(one)
    turns.take()
    sleep(PATIENCE / 5)
    assert not turns.overdue, "nobody saved"
    began = perf_counter()
    turns.saved(one)
    assert not turns.overdue
    while not turns.overdue:
        assert perf_counter() < began + PATIENCE + 1
    turns.end()
    assert not turns.overdue


# keys


def test_the_first_failure_is_on_top_and_the_keys_below(watch: Watch) -> None:
    lines = plain(watch.view).split("\n")
    assert len(lines) == 24
    assert lines[0].startswith("softmax   1 of 3 cases pass")
    assert "✗ stays finite" in lines[2]
    assert "takes an empty batch" not in "\n".join(lines)
    assert "  1 more case fails: a" in lines
    assert re.match(r"checked \d\d:\d\d:\d\d$", lines[-2])
    assert lines[-1] == ("h hint  a all cases  s solution  t task  n next  l list  r reset  q quit")
    assert "dlprep" not in "\n".join(lines), "no command: the shell is away"


def test_a_save_is_timed(watch: Watch) -> None:
    save(watch, b"one")
    judged(watch, BAD)
    assert re.search(r"\nchecked \d\d:\d\d:\d\d, 0\.14 s after the save\n", plain(watch.view))


def test_a_file_elsewhere_is_named(tmp_path: Path) -> None:
    made = Watch(Workspace(tmp_path), SOFTMAX, lambda one, text: partial(render.message, one.title))
    judged(made, BAD)
    assert f", watching {tmp_path / 'softmax.py'}\n" in plain(made.view, 200)


def test_all_cases_and_back(watch: Watch) -> None:
    watch.press("a")
    assert "✗ takes an empty batch" in plain(watch.view)
    assert "a first case only" in plain(watch.view)
    save(watch, b"one")
    judged(watch, BAD, WORSE)
    assert "✗ takes an empty batch" in plain(watch.view), "it stays so"
    watch.press("a")
    assert "✗ takes an empty batch" not in plain(watch.view)


def test_no_key_counts_during_a_check_but_for_quitting(watch: Watch) -> None:
    save(watch, b"one")
    look(watch)
    assert watch.view.busy
    assert plain(watch.view).endswith("checking …\nq quit")
    for key in "hastnlry?":
        watch.press(key)
    watch.turns.take()
    for key in "hastnlry?":
        watch.press(key)
    assert "✗ stays finite" in plain(watch.view), "the last verdict, until there is a new one"
    assert kinds(watch) == ["started", "checked"]
    assert watch.exit_code is None
    watch.press("ctrl-c")
    assert watch.exit_code == 130


def test_q_quits_whatever_is_shown(watch: Watch) -> None:
    watch.press("l")
    watch.press("q")
    assert watch.exit_code == 0


def test_each_hint_is_one_more_and_recorded(watch: Watch) -> None:
    total = len(catalog.read_help(SOFTMAX).hints)
    for n in range(1, total + 1):
        watch.press("h")
        assert f"hint {n} of {total}" in plain(watch.view)
        assert kinds(watch).count("hinted") == n
    assert "There are no more." in plain(watch.view)
    small = plain(watch.view, 40, 10)
    assert "There are no more." in small, "the newest is in sight"
    assert "above" in small
    watch.press("h")
    assert kinds(watch).count("hinted") == total
    watch.press("escape")
    assert "✗ stays finite" in plain(watch.view)


def test_the_solution_is_there_after_a_pass(watch: Watch) -> None:
    watch.press("s")
    assert "dlprep solution softmax --give-up" in " ".join(plain(watch.view).split())
    assert "Stable softmax!" not in plain(watch.view)
    save(watch, RIGHT)
    judged(watch, GOOD)
    assert "dlprep solution" not in plain(watch.view)
    assert "✓ softmax   1 of 1 case passes" in plain(watch.view)
    assert "The solution, beside yours: s" in plain(watch.view)
    watch.press("s")
    assert "Stable softmax!" in plain(watch.view)
    assert "gave_up" not in kinds(watch)


@pytest.mark.parametrize("key", ["t", "?"])
def test_the_task(watch: Watch, key: str) -> None:
    watch.press(key)
    assert plain(watch.view).startswith("Stable softmax")
    assert "Esc back" in plain(watch.view)


def test_reset_asks(watch: Watch, workspace: Workspace) -> None:
    save(watch, b"mine")
    judged(watch, BAD)
    for no in ("n", "escape"):
        watch.press("r")
        assert "Put the stub back? Your text stays in the history. y/n" in plain(watch.view)
        watch.press("enter")
        assert "y/n" in plain(watch.view), "Enter is too easily hit"
        watch.press(no)
        assert "y/n" not in plain(watch.view)
    assert workspace.file(SOFTMAX).read_bytes() == b"mine"
    watch.press("r")
    watch.press("y")
    assert workspace.file(SOFTMAX).read_bytes() == SOFTMAX.stub.read_bytes()
    reset = workspace.record.events("softmax")[-1]
    assert reset.kind == "reset"
    assert workspace.record.text(reset.text_hash) == b"mine"
    judged(watch, BAD)
    assert "after the save" not in plain(watch.view)


def test_a_save_takes_a_question_away(watch: Watch) -> None:
    watch.press("r")
    save(watch, b"mine")
    judged(watch, BAD)
    watch.press("y")
    assert watch.workspace.file(SOFTMAX).read_bytes() == b"mine"


def test_a_file_that_is_gone_is_waited_for(watch: Watch, workspace: Workspace) -> None:
    workspace.file(SOFTMAX).unlink()
    look(watch)
    said = " ".join(plain(watch.view).split())
    assert f"There is no softmax.py in {workspace.root}." in said
    assert "waiting for the file" in said
    assert watch.turns.take() is None
    assert "a all cases" not in said
    save(watch, b"back")
    judged(watch, BAD)
    assert "✗ stays finite" in plain(watch.view)

    workspace.file(SOFTMAX).unlink()
    look(watch)
    watch.press("r")
    watch.press("y")
    assert workspace.file(SOFTMAX).read_bytes() == SOFTMAX.stub.read_bytes()


def test_what_is_no_file_is_said(watch: Watch, workspace: Workspace) -> None:
    workspace.file(SOFTMAX).unlink()
    workspace.file(SOFTMAX).mkdir()
    look(watch)
    assert "is a folder, not a file" in " ".join(plain(watch.view).split())
    watch.press("r")
    watch.press("y")
    assert "is a folder, not a file" in " ".join(plain(watch.view).split())
    assert watch.exit_code is None


def test_a_link_that_leads_nowhere_is_said_until_it_is_gone(
    watch: Watch, workspace: Workspace
) -> None:
    mine = workspace.file(SOFTMAX)
    mine.unlink()
    mine.symlink_to(workspace.root / "nothing")
    look(watch)
    assert "Remove the link." in " ".join(plain(watch.view).split())
    mine.unlink()
    look(watch)
    assert "There is no softmax.py" in plain(watch.view)


def test_a_fault_is_shown_and_the_next_save_tries_again(watch: Watch) -> None:
    save(watch, b"one")
    look(watch)
    watch.turns.take()
    watch.finished("A fault of dlprep's own: it broke.")
    said = " ".join(plain(watch.view).split())
    assert "✗ A fault of dlprep's own: it broke. Save the file to try again." in said
    assert kinds(watch) == ["started", "checked"]
    save(watch, b"two")
    judged(watch, BAD)
    assert "✗ stays finite" in plain(watch.view)


def test_a_record_that_cannot_be_written_is_a_note(watch: Watch, workspace: Workspace) -> None:
    record = workspace.record.path
    record.unlink()
    record.mkdir()
    watch.press("h")
    assert "hint 1 of" in plain(watch.view)
    assert "record" in plain(watch.view).split("hint 1 of")[1]
    watch.press("l")
    assert "record" in plain(watch.view)
    assert "softmax" in plain(watch.view)
    watch.press("escape")
    assert "✗ stays finite" in plain(watch.view)


# from one exercise to another


def test_next_says_why_and_waits(watch: Watch, workspace: Workspace) -> None:
    watch.press("n")
    assert "It is the one that you are at." in plain(watch.view)
    assert "y/n" not in plain(watch.view)
    save(watch, RIGHT)
    judged(watch, GOOD)
    assert "What to do next: n" in plain(watch.view)
    watch.press("n")
    match = re.search(r"Start (\w+)\? y/n", plain(watch.view))
    assert match
    assert "The next new one in" in plain(watch.view)
    watch.press("n")
    assert "✓ softmax" in plain(watch.view)
    watch.press("n")
    assert kinds(watch, match[1]) == []
    watch.press("enter")
    assert watch.exercise.slug == match[1]
    assert (workspace.root / f"{match[1]}.py").read_bytes() == watch.exercise.stub.read_bytes()
    assert kinds(watch, match[1]) == ["started"]
    judged(watch, BAD)
    assert plain(watch.view).startswith(f"{match[1]}   ")


def test_a_review_brings_the_stub_back_once_it_is_allowed_to(
    watch: Watch, workspace: Workspace
) -> None:
    save(watch, RIGHT)
    judged(watch, GOOD)
    long_ago = (datetime.now(UTC) - timedelta(days=300)).isoformat(timespec="milliseconds")
    found = workspace.record.path.read_text()
    workspace.record.path.write_text(re.sub(r'"at": "[^"]*"', f'"at": "{long_ago}"', found))
    watch.press("n")
    assert "A review, due" in plain(watch.view)
    assert "Put its stub back? Your text stays in the history. y/n" in plain(watch.view)
    watch.press("enter")
    assert workspace.file(SOFTMAX).read_bytes() == RIGHT
    watch.press("y")
    assert workspace.file(SOFTMAX).read_bytes() == SOFTMAX.stub.read_bytes()
    assert kinds(watch)[-1] == "reset"


def test_the_list_is_walked_and_opened(watch: Watch, workspace: Workspace) -> None:
    watch.press("l")
    (line,) = [line for line in plain(watch.view).split("\n") if line.startswith("> ")]
    assert re.match(r"> softmax .* failing$", line)
    slugs = [exercise.slug for exercise in catalog.all_exercises()]
    at = slugs.index("softmax")
    for key, step in [("j", 1), ("down", 1), ("k", -1), ("up", -1), ("page down", 10)]:
        watch.press(key)
        at += step
        assert f"> {slugs[at]} " in plain(watch.view)
    watch.press("end")
    assert f"> {slugs[-1]} " in plain(watch.view)
    watch.press("down")
    watch.press("h")
    assert f"> {slugs[-1]} " in plain(watch.view), "hints are for another page"
    watch.press("escape")
    assert "✗ stays finite" in plain(watch.view)
    watch.press("l")
    watch.press("enter")
    assert "✗ stays finite" in plain(watch.view), "it is there already"
    watch.press("l")
    watch.press("j")
    watch.press("enter")
    assert watch.exercise.slug == slugs[slugs.index("softmax") + 1]
    assert kinds(watch, watch.exercise.slug) == ["started"]


def test_a_file_that_was_there_is_left_alone(workspace: Workspace) -> None:
    workspace.file(SOFTMAX).write_bytes(b"mine")
    made = Watch(workspace, SOFTMAX, lambda one, text: partial(render.message, one.title))
    look(made)
    assert workspace.file(SOFTMAX).read_bytes() == b"mine"
    assert kinds(made) == []


def test_a_file_that_was_removed_does_not_come_back_by_itself(workspace: Workspace) -> None:
    workspace.start(SOFTMAX)
    workspace.file(SOFTMAX).unlink()
    made = Watch(workspace, SOFTMAX, lambda one, text: partial(render.message, one.title))
    look(made)
    assert not workspace.file(SOFTMAX).exists()
    assert "There is no softmax.py" in plain(made.view)


# the screen


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (50, 15), (40, 10), (30, 6), (200, 60)])
@pytest.mark.parametrize("keys", ["", "h", "t", "l", "n", "r", "s"])
def test_a_screen_has_its_size(watch: Watch, columns: int, rows: int, keys: str) -> None:
    for key in keys:
        watch.press(key)
    for top in (0, 5, 10**6):
        drawn = draw(watch.view, columns, rows, top)
        lines = plain(watch.view, columns, rows, top).split("\n")
        assert len(lines) == rows
        assert max(map(cell_len, lines)) <= columns
        assert 0 <= drawn.top <= drawn.last


def test_a_long_page_scrolls_with_a_mark(watch: Watch) -> None:
    watch.press("t")
    whole = plain(watch.view, 80, 500).split("\n")
    page = "\n".join(whole).split("checked")[0].rstrip().split("\n")
    first = draw(watch.view, 80, 24, 0)
    assert first.last == len(page) - first.height
    assert f"more lines: {first.last} below" in plain(watch.view)
    assert f"more lines: 3 above, {first.last - 3} below" in plain(watch.view, top=3)
    assert plain(watch.view, top=3).startswith(page[3])
    end = plain(watch.view, top=10**6)
    assert f"more lines: {first.last} above\n" in end
    assert page[-1] in end
