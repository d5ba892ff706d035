"""What was done with an exercise, a line each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from rich.console import Console

from dlprep import command
from dlprep.catalog import Exercise
from dlprep.render.page import Page
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
    page, slug = Page(console), exercise.slug
    if not events:
        begin = f"To begin: {command(f'start {slug}')}"
        page.prose(f"Nothing was done with {slug} yet.\n{begin}", indent=0)
        page.show()
        return
    page.line((slug, "bold"), f"   {plural(len(events), 'entry', 'entries')}")
    page.gap()
    digits = len(str(len(events)))
    first: dict[str, int] = {}
    for n, event in enumerate(events, start=1):
        when = (event.at + timedelta(minutes=event.utc_offset)).strftime("%Y-%m-%d %H:%M")
        head = f"  {n:>{digits}}  {when}  "
        said, style = _said(event)
        same = first.setdefault(event.text_hash, n)
        said = " ".join(said.split()) + (f" · text of {same}" if same != n else "")
        page.prose(said, indent=len(head), mark=head, style=style, whole=page.piped)
    page.gap()
    show = f"A text: {command(f'history {slug} --show {len(events)}')}"
    back = f"Bring it back: {command(f'restore {slug} {len(events)}')}"
    page.prose(f"{show}\n{back}", style="dim")
    page.show()


def _said(event: Event) -> tuple[str, str]:
    """What happened, in words, and in which style."""
    total, named = event.total or 0, "".join(f" · {name}" for name in event.mistakes)
    if event.kind == "tested":
        return f"your tests caught {event.passing} of {plural(total, 'mistake')}", ""
    if event.kind != "checked":
        return SAID.get(event.kind, event.kind), "dim"
    if event.status == "fault":
        return "not judged: a fault of the grader's own", "dim"
    if event.only_case:
        state = "passes" if event.status == "passed" else "does not pass"
        return f"the case {event.only_case} {state}{named}", ""
    if not total:
        return "not judged: it did not load", "red"
    if event.is_pass:
        said = f"passed{' ★' if event.is_polished else ''}, {plural(total, 'case')}"
        polish = f" · polish {event.polish_passing} of {event.polish_total}"
        return said + (polish if event.polish_total else ""), "green"
    if event.unwritten and not event.passing:
        return "nothing is implemented yet", "dim"
    passes = "passes" if event.passing == 1 else "pass"
    return f"{event.passing} of {plural(total, 'case')} {passes}{named}", "red"
