"""What ``dlprep watch`` shows, and what each key and each save does: all but terminal and judge.

Nothing moves on by itself. While a check is under way no key counts but those that quit.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from dlprep import catalog, command, render
from dlprep.errors import UserError
from dlprep.model import Exercise, Verdict
from dlprep.practice.advice import advise
from dlprep.practice.check import Checked
from dlprep.practice.events import Event
from dlprep.practice.hints import hints_shown, solution_is_free
from dlprep.practice.record import Record, RecordError, Status
from dlprep.practice.watch.saves import Saves
from dlprep.practice.watch.turns import Turns
from dlprep.practice.workspace import Workspace
from dlprep.render.solution import hint_page
from dlprep.render.watch import Drawing, View, choice_page

QUIT = {"q": 0, "ctrl-c": 130}
STEPS = {"up": -1, "k": -1, "down": 1, "j": 1, "page up": -10, "page down": 10}
STEPS |= {"home": -1000, "end": 1000}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Question:
    """Something to be confirmed: by y, and where nothing is at stake by Enter too."""

    text: str
    yes: Callable[[], None]
    enter: bool = False


class Watch:
    """One user's evening with their exercises.

    Whoever runs it calls ``look`` again and again, judges what ``turns`` gives, and tells
    ``finished`` what came of it, until there is an ``exit_code``. ``UserError`` if the exercise
    cannot be begun.
    """

    exercise: Exercise
    _saves: Saves
    _text: bytes  # what was last saved
    _verdict: Verdict | None
    _everything: bool  # all cases are shown, not the first failing one alone
    _page: Drawing
    _home: Drawing  # where Esc leads back to: the verdict
    _hints: Drawing | None = None
    _status: tuple[str, ...]
    _notes: tuple[str, ...]
    _question: _Question | None
    _rows: list[tuple[Exercise, str]]  # of the list; none when it is not shown
    _chosen: int

    def __init__(
        self,
        workspace: Workspace,
        exercise: Exercise,
        solution: Callable[[Exercise, bytes], Drawing],
    ) -> None:
        self.workspace = workspace
        self.turns = Turns()
        self.exit_code: int | None = None
        self._solution_of = solution
        self._open(exercise)

    # the file, and its checks

    def look(self) -> None:
        """See whether the file was saved."""
        save = self._saves.look()
        if save is None:
            return
        self._text, self._notes, self._question, self._rows = save.text, (), None, []
        if not save.problem:
            self.turns.saved(save)
            self._back()  # to the last verdict, until there is a new one
            return
        self.turns.saved(None)
        self._verdict, self._status = None, ("waiting for the file",)
        path, problem = self._saves.path, save.problem
        if not os.path.lexists(path):
            problem = f"There is no {path.name} in {path.parent}. Save it there, and it is checked;"
            problem += " or press r, and the stub is put there."
        self._show(partial(render.error, problem))

    def finished(self, outcome: Checked | str | None) -> None:
        """The check under way has ended: with a verdict, a fault's sentence, or void."""
        save = self.turns.end()
        if outcome is None or save is None:
            return
        self._status = (f"checked {datetime.now():%H:%M:%S}",)
        if isinstance(outcome, str):
            self._verdict = None
            self._show(partial(render.error, f"{outcome} Save the file to try again."))
            return
        self._verdict = outcome.verdict
        self._everything = self._everything and outcome.verdict.status != "passed"
        self._notes = (outcome.note,) if outcome.note else ()
        if save.first:
            path = self._saves.path
            self._status += () if path.parent == Path.cwd() else (f"watching {path}",)
        else:
            seconds = outcome.verdict.seconds
            took = f"{seconds:.2f}" if seconds < 10 else f"{seconds:.1f}"
            self._status += (f"{took} s after the save",)
        self._show_verdict()

    # what is shown

    @property
    def view(self) -> View:
        """What is to be on the screen now."""
        busy, notes = self.turns.busy, self._notes
        keys = self._keys()
        if busy:
            keys = (("q", "quit"),)
        elif self._question:
            notes += (self._question.text,)
            keys = (("y", "yes"), ("n", "no"), ("q", "quit"))
        elif self._rows:
            keys = (("arrows", "choose"), ("Enter", "open"), ("Esc", "back"), ("q", "quit"))
        return View(
            page=self._page,
            status=("checking …",) if busy else self._status,
            keys=keys,
            notes=notes,
            busy=busy,
            choosing=bool(self._rows),
            newest_last=self._page is self._hints,
        )

    def _keys(self) -> tuple[tuple[str, str], ...]:
        at_home = self._page is self._home
        more = "first case only" if self._everything else "all cases"
        cases = self._verdict.cases if self._verdict else ()
        failing = [case for case in cases if case.status in ("failed", "error")]
        written = not failing or any(case.kind != "not implemented" for case in failing)
        return (
            *(() if at_home else (("Esc", "back"),)),
            ("h", "hint"),
            *((("a", more),) if at_home and cases and written else ()),
            ("s", "solution"),
            ("t", "task"),
            ("n", "next"),
            ("l", "list"),
            ("r", "reset"),
            ("q", "quit"),
        )

    def _show(self, page: Drawing) -> None:
        self._page = self._home = page

    def _show_verdict(self) -> None:
        assert self._verdict is not None
        self._show(
            partial(render.verdict_page, self._verdict, everything=self._everything, keys=True)
        )

    # the keys

    def press(self, key: str) -> None:
        """A key was pressed: a character, or a name such as ``escape``."""
        if key in QUIT:
            self.exit_code = QUIT[key]
        elif not self.turns.busy:
            self._notes = ()
            try:
                self._act(key)
            except UserError as error:
                self._notes = (str(error),)

    def _act(self, key: str) -> None:
        question, self._question = self._question, None
        if question:
            if key == "y" or (question.enter and key == "enter"):
                question.yes()
            elif key in ("n", "escape"):
                self._back()
            else:
                self._question = question
            return
        if self._rows and key in STEPS:
            self._chosen = min(max(self._chosen + STEPS[key], 0), len(self._rows) - 1)
            self._show_list()
            return
        if self._rows and key == "enter":
            chosen, _ = self._rows[self._chosen]
            self._back()
            if chosen.slug != self.exercise.slug:
                self._open(chosen)
            return
        action = {
            "escape": self._back,
            "h": self._hint,
            "a": self._all_or_first,
            "s": self._solution,
            "t": self._task,
            "?": self._task,
            "n": self._next,
            "l": self._list,
            "r": self._reset,
        }.get(key)
        if action and (key == "escape" or not self._rows):
            action()

    def _back(self) -> None:
        self._page, self._rows = self._home, []

    def _all_or_first(self) -> None:
        if self._verdict:
            self._everything = not self._everything
            self._show_verdict()

    def _hint(self) -> None:
        shown = hints_shown(self._events(), self.exercise.slug)
        hints = catalog.read_help(self.exercise).hints
        if shown < len(hints):
            shown += 1
            try:
                self.workspace.record.add("hinted", self.exercise.slug, self._text)
            except RecordError as error:
                self._notes = (str(error),)
        self._page = self._hints = partial(hint_page, self.exercise, hints, shown, keys=True)

    def _task(self) -> None:
        markdown = self.exercise.prompt.read_text(encoding="utf-8")
        self._page = partial(render.prompt_page, self.exercise, markdown)

    def _solution(self) -> None:
        slug = self.exercise.slug
        if not solution_is_free(self._events(), slug):
            give_up = command(f"solution {slug} --give-up")
            self._notes = (
                "The solution is there once all cases pass. To read it now, which is recorded,"
                f" quit and type: {give_up}",
            )
            return
        self._page = self._solution_of(self.exercise, self._text)

    def _next(self) -> None:
        exercises = catalog.all_exercises()
        advice = advise(self._events(), exercises, datetime.now().astimezone())
        about = next((one for one in exercises if one.slug == advice.exercise), None)
        self._page = partial(render.next_page, advice, about, keys=True)
        if about is None:
            return
        if advice.kind == "review":
            self._question = _Question(
                "Put its stub back? Your text stays in the history. y/n",
                partial(self._open, about, reset=True),
            )
        elif about.slug == self.exercise.slug:
            self._notes = ("It is the one that you are at.",)
        else:
            text = f"Start {about.slug}?" if advice.kind == "new" else f"Go on with {about.slug}?"
            self._question = _Question(f"{text} y/n", partial(self._open, about), enter=True)

    def _list(self) -> None:
        statuses = self._reading(lambda record: record.statuses(), dict[str, Status]())
        self._rows = [(one, statuses.get(one.slug, "new")) for one in catalog.all_exercises()]
        slugs = [one.slug for one, _ in self._rows]
        self._chosen = slugs.index(self.exercise.slug)
        self._show_list()

    def _show_list(self) -> None:
        self._page = partial(choice_page, self._rows, self._chosen)

    def _reset(self) -> None:
        self._back()
        text = "Put the stub back? Your text stays in the history. y/n"
        self._question = _Question(text, partial(self._open, self.exercise, reset=True))

    # the record, and the exercise

    def _open(self, exercise: Exercise, reset: bool = False) -> None:
        """Turn to an exercise; its stub is written if it is new, or with ``reset``."""
        path = self.workspace.file(exercise)
        self._notes = ()
        new = not os.path.lexists(path) and not self._events(exercise.slug)
        if reset or new:
            note = self.workspace.start(exercise, reset=reset).note
            self._notes = (note,) if note else ()
        self.exercise = exercise
        self._saves = Saves(path)
        self._text = b""
        self._verdict = None
        self._everything = False
        self._status = ()
        self._question, self._rows = None, []
        self._show(partial(render.message, f"{exercise.slug}   {exercise.title}"))

    def _events(self, exercise: str | None = None) -> list[Event]:
        return self._reading(lambda record: record.events(exercise), [])

    def _reading(self, read: Callable[[Record], T], default: T) -> T:
        try:
            return read(self.workspace.record)
        except RecordError as error:
            self._notes = (str(error),)
            return default
