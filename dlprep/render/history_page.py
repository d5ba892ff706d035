"""What was done with an exercise, a line each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Console

from dlprep import command
from dlprep.catalog import Exercise
from dlprep.render.page import Page, fold
from dlprep.text import plural

if TYPE_CHECKING:
    from dlprep.practice.events import Event

SAID = {
    "started": "started, with the stub",
    "resumed": "started again; your file stayed",
    "reset": "kept before the stub came back",
    "replaced": "kept before a restore",
    "restored": "restored",
    "hinted": "took a hint",
    "gave_up": "gave up, and read the solution",
}


def history_page(exercise: Exercise, events: Sequence[Event], console: Console) -> None:
    """Print the events of one exercise, the oldest first."""
    page = Page(console)
    if not events:
        page.prose(f"Nothing was done with {exercise.slug} yet.", indent=0)
        page.prose(f"To begin: {command(f'start {exercise.slug}')}", indent=0)
        page.show()
        return
    page.line((exercise.slug, "bold"), f"   {plural(len(events), 'entry', 'entries')}")
    page.gap()
    digits = len(str(len(events)))
    first: dict[str, int] = {}
    for n, event in enumerate(events, start=1):
        when = (event.at + timedelta(minutes=event.utc_offset)).strftime("%Y-%m-%d %H:%M")
        same = first.setdefault(event.text_hash, n)
        head = f"  {n:>{digits}}  {when}  "
        said, style = _said(event)
        if same != n:
            said += f" · text of {same}"
        hang = " " * cell_len(head)
        for piece in [said] if page.piped else fold(said, page.measure - len(hang)):
            page.line((head, "dim"), (piece, style))
            head = hang
    page.gap()
    page.prose(f"A text: {command(f'history {exercise.slug} --show {len(events)}')}", style="dim")
    page.prose(f"Bring it back: {command(f'restore {exercise.slug} {len(events)}')}", style="dim")
    page.show()


def _said(event: Event) -> tuple[str, str]:
    """What happened, in words, and in which style."""
    if event.kind == "tested":
        mistakes = plural(event.total or 0, "mistake")
        return f"your tests caught {event.passing} of {mistakes}", ""
    if event.kind != "checked":
        return SAID.get(event.kind, event.kind), "dim"
    named = "".join(f" · {name}" for name in event.mistakes)
    if event.status == "fault":
        return "not judged: a fault of the grader's own", "dim"
    if event.only_case:
        state = "passes" if event.status == "passed" else "does not pass"
        return f"the case {event.only_case} {state}{named}", ""
    if not event.total:
        return "not judged: it did not load", "red"
    if event.is_pass:
        return f"passed, {plural(event.total, 'case')}", "green"
    if event.unwritten and not event.passing:
        return "nothing is implemented yet", "dim"
    return f"{event.passing} of {plural(event.total, 'case')} {_verb(event)}{named}", "red"


def _verb(event: Event) -> str:
    return "passes" if event.passing == 1 else "pass"
