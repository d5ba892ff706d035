"""What ``dlprep author check`` found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console

from dlprep.render.page import MARKS, Page
from dlprep.text import plural

if TYPE_CHECKING:
    from dlprep.authoring.check import Report


def author_summary(reports: Sequence[Report], console: Console) -> None:
    """Print what was found over all of them."""
    page = Page(console)
    made = sum(report.mutants for report in reports)
    died = made - sum(len(report.survivors) for report in reports)
    sound = sum(report.sound for report in reports)
    page.prose(
        f"{sound} of {plural(len(reports), 'exercise')} sound"
        f" · {plural(sum(report.mistakes for report in reports), 'mistake')}"
        f" · {sum(report.accepted for report in reports)} accepted"
        f" · {died} of {plural(made, 'mutant')} died ({100 * died / max(made, 1):.1f} %)"
    )
    page.show()


def author_report(report: Report, console: Console) -> None:
    """Print one exercise's proof: a line when it is sound, its problems otherwise."""
    page = Page(console)
    mark = "✓" if report.sound else "✗"
    died = report.mutants - len(report.survivors)
    counts = (
        f"   {plural(report.mistakes, 'mistake')} · {report.accepted} accepted"
        f" · {died} of {plural(report.mutants, 'mutant')} died"
    )
    parts = ((f"{mark} ", MARKS[mark]), (report.exercise, "bold"), (counts, ""))
    if not page.spread(*parts, right=f"{report.seconds:.1f} s"):
        page.prose(f"{report.exercise}{counts}", mark=mark)
    for problem in report.problems:
        page.prose(problem, mark="-")
    for mutant, reason in report.survivors:
        if reason:
            page.prose(f"lives: {mutant} ({reason})", style="dim")
    page.show()
