"""Help on the way, and what is read after it: the hints, and the solution with its reasons."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from rich.console import Console

from dlprep import command
from dlprep.catalog import Exercise, FollowUp
from dlprep.render.page import Page, document
from dlprep.text import visible

WIDEST = 104  # solutions have lines of up to 100 characters


def hint_page(
    exercise: Exercise, hints: Sequence[str], shown: int, console: Console, *, keys: bool = False
) -> None:
    """Print the first ``shown`` of the ``hints``, of which the last one is new.

    With ``keys`` the next step is a key of ``watch``.
    """
    page = Page(console)
    total = len(hints)
    page.line((exercise.slug, "bold"), f"   hint {shown} of {total}")
    for n, hint in enumerate(hints[:shown], start=1):
        page.gap()
        page.prose(hint, indent=4, mark=f"  {n}", style="" if n == shown else "dim")
    page.gap()
    if shown < total:
        page.prose(f"One more: {'h' if keys else command(f'hint {exercise.slug}')}", style="dim")
    elif keys:
        page.prose("There are no more.", style="dim")
    else:
        page.prose(f"The solution: {command(f'solution {exercise.slug} --give-up')}", style="dim")
    page.show()


def solution_page(
    exercise: Exercise,
    reference: str,
    explanation: str,
    accepted: Sequence[tuple[str, str]],
    follow_ups: Sequence[FollowUp],
    own: str | None,
    console: Console,
) -> None:
    """Print the solution: the reference, the user's ``own`` text against it, and the reasons.

    ``accepted`` are other right solutions, each a name and its text.
    """
    parts = [f"# {exercise.title}: the solution", _fenced(reference, "python")]
    if own is not None:
        parts += ["## Yours against it", _against(own, reference)]
    if accepted:
        parts.append("## Right as well")
    for name, text in accepted:
        parts += [f"### {name}", _shorter(text, reference)]
    parts += ["## Why", explanation.partition("\n")[2] if explanation[:2] == "# " else explanation]
    if follow_ups:
        parts.append("## What an interviewer asks next")
    parts += [f"**{one.question}**\n\n{one.answer}" for one in follow_ups]
    text = "\n\n".join(part.strip("\n") for part in parts)
    document(f"{exercise.title}: the solution", exercise.slug, text, console, widest=WIDEST)


def _against(text: str, reference: str) -> str:
    """What differs, as a unified diff from the user's text."""
    lines = _diff(text, reference, "yours", "reference", context=2)
    return _fenced("\n".join(lines), "diff") if lines else "It is the same, line by line."


def _shorter(text: str, reference: str) -> str:
    """What differs from the reference, or the whole text where that says it in fewer lines."""
    lines = _diff(reference, text, "reference", "this", context=1)
    if len(lines) < len(_lines(text)):
        return _fenced("\n".join(lines), "diff")
    return _fenced(text, "python")


def _diff(one: str, other: str, name: str, other_name: str, context: int) -> list[str]:
    found = difflib.unified_diff(
        _lines(one), _lines(other), name, other_name, n=context, lineterm=""
    )
    return list(found)


def _lines(text: str) -> list[str]:
    return [visible(line.replace("\t", "    ")) for line in text.rstrip().splitlines()]


def _fenced(text: str, language: str) -> str:
    """A block of code; the fence is longer than any in the text."""
    body = "\n".join(_lines(text))
    ticks = max([2, *(len(run) for run in re.findall(r"`+", body))])
    fence = "`" * (ticks + 1)
    return f"{fence}{language}\n{body}\n{fence}"
