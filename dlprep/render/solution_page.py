"""Help on the way, and what is read after it: the hints, and the solution with its reasons."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from difflib import unified_diff
from functools import partial

from rich.console import Console

from dlprep import command
from dlprep.catalog import Exercise, read_help
from dlprep.render.page import Page, document
from dlprep.text import visible
from dlprep.variants import read_variants

WIDEST = 104  # solutions have lines of up to 100 characters


def hint_page(
    exercise: Exercise, hints: Sequence[str], shown: int, console: Console, *, keys: bool = False
) -> None:
    """Print the first ``shown`` of the ``hints``, of which the last one is new.

    With ``keys`` the next step is a key of ``watch``.
    """
    page, total = Page(console), len(hints)
    page.line((exercise.slug, "bold"), f"   hint {shown} of {total}")
    for n, hint in enumerate(hints[:shown], start=1):
        page.gap()
        page.prose(hint, indent=4, mark=f"  {n}", style="" if n == shown else "dim")
    page.gap()
    if shown < total:
        then = f"One more: {'h' if keys else command(f'hint {exercise.slug}')}"
    else:
        give_up = f"The solution: {command(f'solution {exercise.slug} --give-up')}"
        then = "There are no more." if keys else give_up
    page.prose(then, style="dim")
    page.show()


def solution_page(exercise: Exercise, own: str) -> Callable[[Console], None]:
    """The page of the solution: the reference, the user's ``own`` text against it, the reasons.

    A blank ``own`` is left out. The files are read now; the page is printed when it is called.
    """
    reference = exercise.reference.read_text(encoding="utf-8")
    explanation = (exercise.solution / "explanation.md").read_text(encoding="utf-8")
    accepted, follow_ups = read_variants(exercise).accepted, read_help(exercise).follow_ups
    title, ours = f"{exercise.title}: the solution", _lines(reference)
    parts = [f"# {title}", _fenced(ours, "python")]
    if own.strip():
        diff = list(unified_diff(_lines(own), ours, "yours", "reference", n=2, lineterm=""))
        same = "It is the same, line by line."
        parts += ["## Yours against it", _fenced(diff, "diff") if diff else same]
    if accepted:
        parts.append("## Right as well")
    for one in accepted:
        theirs = _lines(one.source)
        diff = list(unified_diff(ours, theirs, "reference", "this", n=1, lineterm=""))
        in_short = _fenced(diff, "diff") if len(diff) < len(theirs) else _fenced(theirs, "python")
        parts += [f"### {one.name}", in_short]
    parts += ["## Why", explanation.partition("\n")[2] if explanation[:2] == "# " else explanation]
    if follow_ups:
        parts.append("## What an interviewer asks next")
    parts += [f"**{asked.question}**\n\n{asked.answer}" for asked in follow_ups]
    text = "\n\n".join(part.strip("\n") for part in parts)
    return partial(document, title, exercise.slug, text, widest=WIDEST)


def _lines(text: str) -> list[str]:
    return [visible(line.replace("\t", "    ")) for line in text.rstrip().splitlines()]


def _fenced(lines: Sequence[str], language: str) -> str:
    """A block of code; the fence is longer than any in the text."""
    body = "\n".join(lines)
    fence = "`" * (1 + max([2, *map(len, re.findall("`+", body))]))
    return f"{fence}{language}\n{body}\n{fence}"
