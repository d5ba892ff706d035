"""The loop of ``watch`` without a terminal: what a save, a verdict and each key do."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter, sleep

import pytest
from rich.cells import cell_len

from dlprep import catalog
from dlprep.judge.service import JudgeFault, JudgeLost
from dlprep.practice.workspace import Workspace, WorkspaceError
from dlprep.render.screen import draw
from dlprep.verdict import CaseResult, Verdict
from dlprep.watch import PATIENCE, Saves, Watch

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


class ByHand:
    """A judge, and the thread that it works in; a test gives the verdicts."""

    def __init__(self) -> None:
        self.texts: list[bytes] = []
        self.killed = 0

    def submit(self, work: object, exercise: str, text: bytes, *, began: float) -> Future[Verdict]:
        assert work == self.judge
        self.texts.append(text)
        self.under_way: Future[Verdict] = Future()
        return self.under_way

    def judge(self) -> None:
        """Never called: the test sets the verdict."""

    def kill(self) -> None:
        self.killed += 1


def new_watch(workspace: Workspace) -> Watch:
    """A watch of softmax."""
    judge = ByHand()
    return Watch(workspace, SOFTMAX, judge, judge)


def plain(watch: Watch, columns: int = 80, rows: int = 24, top: int | None = None) -> str:
    """The screen's text."""
    return re.sub(r"\x1b\[[0-9;]*m", "", draw(watch.step(), columns, rows, top)[0])


def said(watch: Watch) -> str:
    """The screen's text as one line."""
    return " ".join(plain(watch).split())


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.chdir(tmp_path)
    return Workspace(tmp_path)


@pytest.fixture
def watch(workspace: Workspace) -> Watch:
    """A watch of softmax, whose stub was judged."""
    made = new_watch(workspace)
    judged(made, BAD, WORSE, GOOD)
    return made


def judged(watch: Watch, *cases: CaseResult) -> None:
    """The newest text is judged."""
    look(watch)
    watch.judge.under_way.set_result(verdict(*cases, exercise=watch.exercise.slug))
    assert not watch.step().busy


def look(watch: Watch) -> None:
    watch.step()
    watch.step()


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


def text_of(saves: Saves) -> bytes | None:
    """The text that a look tells, if it tells one."""
    told = saves.look()
    return told and told[0]


@pytest.mark.parametrize("way", [in_place, by_rename, removed_first, with_its_old_time])
def test_every_way_of_saving_is_seen_once(
    tmp_path: Path, way: Callable[[Path, bytes], None]
) -> None:
    path = tmp_path / "softmax.py"
    path.write_bytes(b"one")
    saves = Saves(path)
    assert text_of(saves) == b"one"
    assert saves.look() is None
    way(path, b"two")
    assert [text_of(saves) for _ in range(5)] == [None, b"two", None, None, None]


def test_what_is_between_two_steps_of_a_save_is_not_told(tmp_path: Path) -> None:
    path = tmp_path / "softmax.py"
    path.write_bytes(b"one")
    saves = Saves(path)
    saves.look()
    path.write_bytes(b"")
    assert saves.look() is None
    path.write_bytes(b"two")
    assert [text_of(saves), text_of(saves)] == [None, b"two"]
    path.unlink()
    assert saves.look() is None
    path.write_bytes(b"three")
    assert [text_of(saves), text_of(saves)] == [None, b"three"]


def test_a_file_that_cannot_be_read_is_told_once(tmp_path: Path) -> None:
    path = tmp_path / "softmax.py"
    saves = Saves(path)
    with pytest.raises(WorkspaceError, match="There is no softmax"):
        saves.look()
    assert saves.look() is None
    path.mkdir()
    assert saves.look() is None
    with pytest.raises(WorkspaceError, match="is a folder"):
        saves.look()
    assert saves.look() is None


def test_a_touch_is_a_save(tmp_path: Path) -> None:
    path = tmp_path / "softmax.py"
    path.write_bytes(b"one")
    saves = Saves(path)
    saves.look()
    os.utime(path, (1, 1))
    assert [text_of(saves), text_of(saves)] == [None, b"one"]


def test_the_time_of_a_save_is_that_of_the_last_look_before(tmp_path: Path) -> None:
    path = tmp_path / "softmax.py"
    path.write_bytes(b"one")
    saves = Saves(path)
    saves.look()
    before = perf_counter()
    saves.look()
    path.write_bytes(b"two")
    written = perf_counter()
    sleep(0.1)
    saves.look()
    told = saves.look()
    assert told is not None
    assert before <= told[1] <= written, "not when it was seen"

    saves.look()
    sleep(1.2)  # stopped with Ctrl-Z, say
    path.write_bytes(b"three")
    written = perf_counter()
    saves.look()
    told = saves.look()
    assert told is not None
    assert told[1] > written - 1.1


# checks


def test_a_save_makes_the_check_under_way_void(watch: Watch) -> None:
    judge = watch.judge
    save(watch, b"one")
    look(watch)
    one = judge.under_way
    for text in (b"two", b"three"):
        save(watch, text)
        look(watch)
    assert judge.texts[1:] == [b"one"], "one at a time"
    one.set_result(verdict(GOOD))
    assert watch.step().busy
    assert "✗ stays finite" in plain(watch), "a void verdict is not shown"
    assert kinds(watch) == ["started", "checked"], "nor recorded"
    assert judge.texts[1:] == [b"one", b"three"], "the newest alone"
    judge.under_way.set_result(verdict(GOOD))
    assert "✓ softmax" in plain(watch)
    assert kinds(watch) == ["started", "checked", "checked"]
    assert judge.killed == 0


def test_a_void_check_that_goes_on_is_ended(watch: Watch) -> None:
    judge = watch.judge
    save(watch, b"one")
    look(watch)
    sleep(PATIENCE)
    watch.step()
    assert judge.killed == 0, "nobody saved"
    one = judge.under_way
    save(watch, b"two")
    look(watch)
    assert judge.killed == 0
    sleep(PATIENCE)
    look(watch)
    assert judge.killed == 1
    one.set_exception(JudgeLost("it ended"))
    assert watch.step().busy
    assert judge.texts[-1] == b"two"
    assert "it ended" not in plain(watch)
    assert judge.killed == 1, "once is enough"


def test_what_goes_wrong_in_the_thread_is_raised(watch: Watch) -> None:
    save(watch, b"one")
    look(watch)
    watch.judge.under_way.set_exception(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        watch.step()


# keys


def test_the_first_failure_is_on_top_and_the_keys_below(watch: Watch) -> None:
    lines = plain(watch).split("\n")
    assert len(lines) == 24
    assert lines[0].startswith("softmax   1 of 3 cases pass")
    assert "✗ stays finite" in lines[2]
    assert "takes an empty batch" not in "\n".join(lines)
    assert "  1 more case fails: a" in lines
    assert re.match(r"checked \d\d:\d\d:\d\d *$", lines[-2])
    assert lines[-1] == (
        "h hint  a all  d debug  s solution  t task  n next  l list  r reset  q quit"
    )
    assert "dlprep" not in "\n".join(lines), "no command: the shell is away"


def test_a_file_elsewhere_is_named(tmp_path: Path) -> None:
    made = new_watch(Workspace(tmp_path))
    judged(made, BAD)
    assert re.search(rf"\n{tmp_path}/softmax\.py checked [\d:]+ *\n", plain(made, 200))
    assert re.search(r"py checked [\d:]+ *\n", plain(made, 30)), "the time, if there is little room"


def test_all_cases_and_back(watch: Watch) -> None:
    watch.press("a")
    assert "✗ takes an empty batch" in plain(watch)
    save(watch, b"one")
    judged(watch, BAD, WORSE)
    assert "✗ takes an empty batch" in plain(watch), "it stays so"
    watch.press("a")
    assert "✗ takes an empty batch" not in plain(watch)


def test_debug_says_what_to_type_for_the_first_failure(watch: Watch) -> None:
    watch.press("d")
    assert "In another terminal: dlprep debug softmax large\n" in plain(watch)
    assert "✗ stays finite" in plain(watch)
    save(watch, b"one")
    judged(watch, CaseResult("rows[2-3]", "rows sum to one", "failed", "values", "softmax(x)"))
    assert "dlprep debug" not in plain(watch)
    watch.press("d")
    assert "dlprep debug softmax 'rows[2-3]'" in plain(watch), "whole for any shell"
    save(watch, RIGHT)
    judged(watch, GOOD)
    watch.press("d")
    assert "There is no failing case" in plain(watch)


def test_no_key_counts_during_a_check_but_for_quitting(watch: Watch) -> None:
    save(watch, b"one")
    look(watch)
    assert watch.step().busy
    assert plain(watch).endswith("checking …\nq quit")
    for key in "hadstnlry":
        assert watch.press(key) is None
    look(watch)
    for key in "hadstnlry":
        watch.press(key)
    assert "✗ stays finite" in plain(watch), "the last verdict, until there is a new one"
    assert kinds(watch) == ["started", "checked"]
    assert watch.press("c-c") == 130


def test_q_quits_whatever_is_shown(watch: Watch) -> None:
    watch.press("l")
    assert watch.press("q") == 0


def test_each_hint_is_one_more_and_recorded(watch: Watch) -> None:
    total = len(catalog.read_help(SOFTMAX).hints)
    for n in range(1, total + 1):
        watch.press("h")
        assert f"hint {n} of {total}" in plain(watch)
        assert kinds(watch).count("hinted") == n
    assert "There are no more." in plain(watch)
    small = plain(watch, 40, 10)
    assert "There are no more." in small, "the newest is in sight"
    assert "above" in small
    watch.press("h")
    assert kinds(watch).count("hinted") == total
    watch.press("escape")
    assert "✗ stays finite" in plain(watch)


def test_the_solution_is_there_after_a_pass(watch: Watch) -> None:
    watch.press("s")
    assert "dlprep solution softmax --give-up" in said(watch)
    assert "Stable softmax: the solution" not in plain(watch)
    save(watch, RIGHT)
    judged(watch, GOOD)
    assert "dlprep solution" not in plain(watch)
    assert "✓ softmax   1 of 1 case passes" in plain(watch)
    assert "The solution, beside yours: s" in plain(watch)
    watch.press("s")
    assert "Stable softmax: the solution" in plain(watch)
    assert "gave_up" not in kinds(watch)


def test_the_task(watch: Watch) -> None:
    watch.press("t")
    assert plain(watch).startswith("Stable softmax")
    assert "Esc back" in plain(watch)


def test_reset_asks(watch: Watch, workspace: Workspace) -> None:
    save(watch, b"mine")
    judged(watch, BAD)
    for no in ("n", "escape"):
        watch.press("r")
        assert "Put the stub back? Your text stays in the history. y/n" in plain(watch)
        watch.press("c-m")
        assert "y/n" in plain(watch), "Enter is too easily hit"
        watch.press(no)
        assert "y/n" not in plain(watch)
    assert workspace.file(SOFTMAX).read_bytes() == b"mine"
    watch.press("r")
    watch.press("y")
    assert workspace.file(SOFTMAX).read_bytes() == SOFTMAX.stub.read_bytes()
    reset = workspace.record.events("softmax")[-1]
    assert reset.kind == "reset"
    assert workspace.record.text(reset.text_hash) == b"mine"
    judged(watch, BAD)
    assert kinds(watch)[-1] == "checked"


def test_a_save_takes_a_question_away(watch: Watch) -> None:
    watch.press("r")
    save(watch, b"mine")
    judged(watch, BAD)
    watch.press("y")
    assert watch.workspace.file(SOFTMAX).read_bytes() == b"mine"


def test_a_file_that_is_gone_is_waited_for(watch: Watch, workspace: Workspace) -> None:
    workspace.file(SOFTMAX).unlink()
    look(watch)
    shown = said(watch)
    assert f"There is no softmax.py in {workspace.root}." in shown
    assert "waiting for the file" in shown
    assert len(watch.judge.texts) == 1
    save(watch, b"back")
    judged(watch, BAD)
    assert "✗ stays finite" in plain(watch)

    workspace.file(SOFTMAX).unlink()
    look(watch)
    watch.press("r")
    watch.press("y")
    assert workspace.file(SOFTMAX).read_bytes() == SOFTMAX.stub.read_bytes()


def test_what_is_no_file_is_said(watch: Watch, workspace: Workspace) -> None:
    workspace.file(SOFTMAX).unlink()
    workspace.file(SOFTMAX).mkdir()
    look(watch)
    assert "is a folder, not a file" in said(watch)
    watch.press("r")
    watch.press("y")
    assert "is a folder, not a file" in said(watch)


def test_a_link_that_leads_nowhere_is_said_until_it_is_gone(
    watch: Watch, workspace: Workspace
) -> None:
    mine = workspace.file(SOFTMAX)
    mine.unlink()
    mine.symlink_to(workspace.root / "nothing")
    look(watch)
    assert "Remove the link." in said(watch)
    mine.unlink()
    look(watch)
    assert "There is no softmax.py" in plain(watch)


def test_a_fault_is_shown_and_the_next_save_tries_again(watch: Watch) -> None:
    save(watch, b"one")
    look(watch)
    watch.judge.under_way.set_exception(JudgeFault("it broke"))
    shown = said(watch)
    assert "✗ A fault of dlprep's own: it broke. Save to try again." in shown
    assert kinds(watch) == ["started", "checked"]
    save(watch, b"two")
    judged(watch, BAD)
    assert "✗ stays finite" in plain(watch)


def test_a_record_that_cannot_be_written_is_a_note(watch: Watch, workspace: Workspace) -> None:
    record = workspace.record.path
    record.unlink()
    record.mkdir()
    watch.press("h")
    assert "hint 1 of" in plain(watch)
    assert "record" in plain(watch).split("hint 1 of")[1]
    watch.press("l")
    assert "record" in plain(watch)
    assert "softmax" in plain(watch)
    watch.press("escape")
    assert "✗ stays finite" in plain(watch)


# from one exercise to another


def test_next_says_why_and_waits(watch: Watch, workspace: Workspace) -> None:
    watch.press("n")
    assert "You are working on it already." in plain(watch)
    assert "y/n" not in plain(watch)
    save(watch, RIGHT)
    judged(watch, GOOD)
    assert "What to do next: n" in plain(watch)
    watch.press("n")
    match = re.search(r"Start (\w+)\? y/n", plain(watch))
    assert match
    assert "The next new one in" in plain(watch)
    watch.press("n")
    assert "✓ softmax" in plain(watch)
    watch.press("n")
    assert kinds(watch, match[1]) == []
    watch.press("c-m")
    assert watch.exercise.slug == match[1]
    assert (workspace.root / f"{match[1]}.py").read_bytes() == watch.exercise.stub.read_bytes()
    assert kinds(watch, match[1]) == ["started"]
    judged(watch, BAD)
    assert plain(watch).startswith(f"{match[1]}   ")


def test_a_review_brings_the_stub_back_once_it_is_allowed_to(
    watch: Watch, workspace: Workspace
) -> None:
    save(watch, RIGHT)
    judged(watch, GOOD)
    long_ago = (datetime.now(UTC) - timedelta(days=300)).isoformat(timespec="milliseconds")
    found = workspace.record.path.read_text()
    workspace.record.path.write_text(re.sub(r'"at": "[^"]*"', f'"at": "{long_ago}"', found))
    watch.press("n")
    assert "A review, due" in plain(watch)
    assert "Put the stub back? Your text stays in the history. y/n" in plain(watch)
    watch.press("c-m")
    assert workspace.file(SOFTMAX).read_bytes() == RIGHT
    watch.press("y")
    assert workspace.file(SOFTMAX).read_bytes() == SOFTMAX.stub.read_bytes()
    assert kinds(watch)[-1] == "reset"


def test_the_list_is_walked_and_opened(watch: Watch, workspace: Workspace) -> None:
    watch.press("l")
    (line,) = [line for line in plain(watch).split("\n") if line.startswith("> ")]
    assert re.match(r"> softmax .* failing$", line)
    slugs = [exercise.slug for exercise in catalog.all_exercises()]
    at = slugs.index("softmax")
    for key, step in [("j", 1), ("down", 1), ("k", -1), ("up", -1), ("pagedown", 10)]:
        watch.press(key)
        at += step
        assert f"> {slugs[at]} " in plain(watch)
    watch.press("end")
    assert f"> {slugs[-1]} " in plain(watch)
    watch.press("down")
    watch.press("h")
    assert f"> {slugs[-1]} " in plain(watch), "hints are for another page"
    watch.press("escape")
    assert "✗ stays finite" in plain(watch)
    watch.press("l")
    watch.press("c-m")
    assert "✗ stays finite" in plain(watch), "it is there already"
    watch.press("l")
    watch.press("j")
    watch.press("c-m")
    assert watch.exercise.slug == slugs[slugs.index("softmax") + 1]
    assert kinds(watch, watch.exercise.slug) == ["started"]


def test_a_file_that_was_there_is_left_alone(workspace: Workspace) -> None:
    workspace.file(SOFTMAX).write_bytes(b"mine")
    made = new_watch(workspace)
    look(made)
    assert workspace.file(SOFTMAX).read_bytes() == b"mine"
    assert kinds(made) == []


def test_a_file_that_was_removed_does_not_come_back_by_itself(workspace: Workspace) -> None:
    workspace.start(SOFTMAX)
    workspace.file(SOFTMAX).unlink()
    made = new_watch(workspace)
    look(made)
    assert not workspace.file(SOFTMAX).exists()
    assert "There is no softmax.py" in plain(made)


# the screen


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (50, 15), (40, 10), (30, 6), (200, 60)])
@pytest.mark.parametrize("keys", ["", "h", "t", "l", "n", "r", "s", "d"])
def test_a_screen_has_its_size(watch: Watch, columns: int, rows: int, keys: str) -> None:
    for key in keys:
        watch.press(key)
    for top in (0, 5, 10**6):
        _, first, height = draw(watch.step(), columns, rows, top)
        lines = plain(watch, columns, rows, top).split("\n")
        assert len(lines) == rows
        assert max(map(cell_len, lines)) <= columns
        assert first >= 0
        assert height >= 1


def test_a_long_page_scrolls_with_a_mark(watch: Watch) -> None:
    watch.press("t")
    page = plain(watch, 80, 500).split("checked")[0].rstrip().split("\n")
    _, top, height = draw(watch.step(), 80, 24, 0)
    last = len(page) - height
    assert top == 0
    assert f" 0 above, {last} below\n" in plain(watch)
    assert f" 3 above, {last - 3} below\n" in plain(watch, top=3)
    assert plain(watch, top=3).startswith(page[3])
    end = plain(watch, top=10**6)
    assert f" {last} above, 0 below\n" in end
    assert page[-1] in end
