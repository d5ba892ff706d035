"""What each save and each key does in ``dlprep watch``; the terminal is ``render/screen.py``.

Nothing advances by itself. While a check runs, only the keys that quit or scroll count.
"""

from __future__ import annotations

import os
import shlex
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from dlprep import catalog, command, render
from dlprep.catalog import Exercise
from dlprep.errors import UserError
from dlprep.judge.service import JudgeFault, WarmJudge
from dlprep.practice.record import Record, RecordError
from dlprep.practice.reviews import advise
from dlprep.practice.rounds import hints_shown, solution_is_free
from dlprep.practice.workspace import Workspace, WorkspaceError, read_submission
from dlprep.render.exercises_page import exercise_table, prompt_page
from dlprep.render.reviews_page import next_page
from dlprep.render.screen import CHOSEN, SCROLL, Drawing, View
from dlprep.render.solution_page import hint_page, solution_page
from dlprep.render.verdict_page import verdict_page
from dlprep.verdict import Verdict

PATIENCE = 0.5  # seconds for a void check to end by itself; a new judge takes as long to start
KILLED = float("inf")  # the judge of the void check was killed already
# A key, and the word beside it on the screen, which names its method: h calls _hint.
KEYS = {"h": "hint", "a": "all", "d": "debug", "s": "solution", "t": "task", "n": "next"}
KEYS |= {"l": "list", "r": "reset"}
STEPS = SCROLL | {"pageup": -10, "pagedown": 10}  # in the list
T = TypeVar("T")
Save = tuple[bytes, float]  # a text, and when it was saved by time.perf_counter


class Saves:
    """The saves of a file, seen by looking at it: notifications miss network folders."""

    def __init__(self, path: Path) -> None:
        self.path, self._told, self._last = path, list[int](), _stamp(path)
        self._old_at = time.perf_counter()  # when a look last saw the file as it was before

    def look(self) -> Save | None:
        """What was saved, once two looks in a row see the same new file; None otherwise.

        A save may take two steps (the file is emptied or removed first): only the last counts.
        Raises ``WorkspaceError`` once if the file cannot be read.
        """
        before, self._last = self._last, _stamp(self.path)
        now = time.perf_counter()
        if self._last == self._told:
            self._old_at = now
        elif self._last == before:
            self._told = before
            text = read_submission(self.path)
            if _stamp(self.path) == before:  # not saved while it was read
                return text, max(self._old_at, now - 1)  # a stopped process looks again late
        return None


def _stamp(path: Path) -> list[int]:
    """Numbers that change when the file is saved, goes, or can no longer be read."""
    try:
        info = path.stat()
    except OSError:
        return [os.path.lexists(path)]  # true: a link that leads nowhere
    times = [info.st_mtime_ns, info.st_ctime_ns]  # a rename keeps the first, a copy may set it
    return [info.st_dev, info.st_ino, info.st_mode, info.st_size, *times]


@dataclass(eq=False)
class Watch:
    """The practice loop: ``step`` is called again and again, and ``press`` for each key.

    ``thread`` has room for one check at a time, which the judge makes.

    Raises ``UserError`` if the exercise cannot be begun.
    """

    workspace: Workspace
    exercise: Exercise
    judge: WarmJudge
    thread: Executor
    _waiting: Save | None = None  # to be judged next
    _check: Future[Verdict] | None = None
    _void_since: float | None = None  # when the text under check was saved over

    def __post_init__(self) -> None:
        self._open(self.exercise)

    def _open(self, exercise: Exercise, reset: bool = False) -> None:
        """Turn to an exercise; its stub is written if it is new, or with ``reset``."""
        path, self._note = self.workspace.file(exercise), ""
        known = os.path.lexists(path) or exercise.slug in (self._recorded(Record.statuses) or {})
        if reset or not known:
            self._note = self.workspace.start(exercise, reset=reset).note
        self.exercise, self._saves, self._text = exercise, Saves(path), b""
        self._status, self._everything = "", False  # not all cases: the first failing one alone
        self._show(partial(render.message, f"{exercise.slug}   {exercise.title}"))

    def step(self) -> View:
        """Look at the file and at the check, and return what to show. Raises the check's errors."""
        self._look()
        if self._check and self._check.done():
            self._finish(self._check)
        if self._waiting and not self._check:
            (text, began), self._waiting = self._waiting, None
            self._check = self.thread.submit(
                self.judge.judge, self.exercise.slug, text, began=began
            )
        elif self._void_since and time.perf_counter() > self._void_since + PATIENCE:
            self.judge.kill()
            self._void_since = KILLED
        return self._view()

    def _look(self) -> None:
        try:
            if (save := self._saves.look()) is None:
                return
            self._back()  # to the last verdict, until there is a new one
        except WorkspaceError as error:
            save, path = None, self._saves.path
            missing = f"There is no {path.name} in {path.parent}. Save it, or get the stub: r"
            self._show(partial(render.error, str(error) if os.path.lexists(path) else missing))
            self._status = "waiting for the file"
        self._waiting, self._text = save, save[0] if save else b""
        if self._check and not self._void_since:
            self._void_since = time.perf_counter()

    def _finish(self, check: Future[Verdict]) -> None:
        void, self._check, self._void_since = self._void_since, None, None
        fault = check.exception()
        if fault and not isinstance(fault, JudgeFault):
            raise fault
        if void:
            return
        where = "" if self._saves.path.parent == Path.cwd() else f"{self._saves.path} "
        self._status = f"{where}checked {datetime.now():%H:%M:%S}"
        if fault:
            text = f"A fault of dlprep's own: {fault}. Save to try again."
            self._show(partial(render.error, text))
        else:
            self._note, verdict = "", check.result()
            self._recorded(lambda record: record.checked(verdict, self._text))
            self._show_verdict(verdict)

    def _view(self) -> View:
        busy, note, keys = bool(self._check or self._waiting), self._note, "q quit"
        if self._question and not busy:
            note, keys = f"{note}\n{self._question[0]}".strip(), f"y yes,n no,{keys}"
        elif self._rows:
            keys = f"arrows choose,Enter open,Esc back,{keys}"
        elif not busy:
            back = [] if self._page is self._home else ["Esc back"]
            keys = ",".join([*back, *map(" ".join, KEYS.items()), keys])
        status = "checking …" if busy else self._status
        newest_last = getattr(self._page, "func", None) is hint_page
        return View(self._page, status, keys, note, busy, bool(self._rows), newest_last)

    def _show(self, page: Drawing, verdict: Verdict | None = None) -> None:
        """Show a page to which Esc comes back."""
        self._home, self._verdict = page, verdict
        self._back()

    def _show_verdict(self, verdict: Verdict) -> None:
        page = partial(verdict_page, verdict, everything=self._everything, keys=True)
        self._show(page, verdict)

    def _back(self) -> None:
        self._page: Drawing = self._home
        self._rows: list[tuple[Exercise, str]] = []  # of the list, while it is shown
        # a question: its text, the keys that say yes, and what they do
        self._question: tuple[str, tuple[str, ...], Callable[[], None]] | None = None

    def press(self, key: str) -> int | None:
        """Take a key, a character or a name such as ``escape``; the exit code if it quits."""
        if key in ("q", "c-c"):
            return 0 if key == "q" else 130
        if not (self._check or self._waiting):
            self._note = ""
            try:
                self._act(key)
            except UserError as error:
                self._note = str(error)
        return None

    def _act(self, key: str) -> None:
        if key == "escape" or (self._question and key == "n"):
            self._back()
        elif self._question:
            if key in self._question[1]:
                self._question[2]()
        elif not self._rows:
            if key in KEYS:
                getattr(self, f"_{KEYS[key]}")()
        elif key in STEPS:
            self._choose(self._chosen + STEPS[key])
        elif key == "c-m" and self._rows[self._chosen][0] == self.exercise:
            self._back()
        elif key == "c-m":
            self._open(self._rows[self._chosen][0])

    def _hint(self) -> None:
        slug, hints = self.exercise.slug, catalog.read_help(self.exercise).hints
        shown = hints_shown(self._recorded(Record.events) or [], slug)
        if shown < len(hints):
            shown += 1
            self._recorded(lambda record: record.add("hinted", slug, self._text))
        self._page = partial(hint_page, self.exercise, hints, shown, keys=True)

    def _all(self) -> None:
        if self._verdict:
            self._everything = not self._everything
            self._show_verdict(self._verdict)

    def _debug(self) -> None:
        failing = self._verdict.failing if self._verdict else []
        self._note = "There is no failing case to step through."
        for case in failing[:1]:
            words = f"debug {self.exercise.slug} {shlex.quote(case.name)}"
            self._note = f"In another terminal: {command(words)}"

    def _solution(self) -> None:
        slug = self.exercise.slug
        if solution_is_free(self._recorded(Record.events) or [], slug):
            own = self._text.decode("utf-8", errors="replace")
            self._page = solution_page(self.exercise, own)
        else:
            free = "The solution is there once you have passed. To read it now, which is recorded,"
            self._note = f"{free} quit and type: {command(f'solution {slug} --give-up')}"

    def _task(self) -> None:
        markdown = self.exercise.prompt.read_text(encoding="utf-8")
        self._page = partial(prompt_page, self.exercise, markdown)

    def _next(self) -> None:
        exercises, now = catalog.all_exercises(), datetime.now().astimezone()
        advice = advise(self._recorded(Record.events) or [], exercises, now)
        about, self._page = advice.exercise, partial(next_page, advice, keys=True)
        if about and advice.kind == "review":
            self._reset(about)
        elif about and about.slug == self.exercise.slug:
            self._note = "You are working on it already."
        elif about:
            text = f"Start {about.slug}?" if advice.kind == "new" else f"Go on with {about.slug}?"
            self._question = f"{text} y/n", ("y", "c-m"), partial(self._open, about)

    def _list(self) -> None:
        statuses = self._recorded(Record.statuses) or {}
        self._rows = [(one, statuses.get(one.slug, "new")) for one in catalog.all_exercises()]
        self._choose([one.slug for one, _ in self._rows].index(self.exercise.slug))

    def _choose(self, row: int) -> None:
        self._chosen = min(max(row, 0), len(self._rows) - 1)
        slug = self._rows[self._chosen][0].slug
        self._page = partial(exercise_table, self._rows, chosen=slug, mark=CHOSEN)

    def _reset(self, exercise: Exercise | None = None) -> None:
        text = "Put the stub back? Your text stays in the history. y/n"
        reset = partial(self._open, exercise or self.exercise, reset=True)
        self._question = text, ("y",), reset  # Enter is hit too easily

    def _recorded(self, use: Callable[[Record], T]) -> T | None:
        """What the record returns; None, and a note, if it cannot be read or written."""
        try:
            return use(self.workspace.record)
        except RecordError as error:
            self._note = str(error)
            return None
