"""What ``dlprep author check`` found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console

from dlprep.render.page import Page
from dlprep.text import plural

if TYPE_CHECKING:
    from dlprep.authoring.check import Report


def author_summary(reports: Sequence[Report], console: Console) -> None:
    """Print what was found over all of them."""
    page = Page(console)
    sound = sum(report.sound for report in reports)
    made = sum(report.mutants for report in reports)
    lived = sum(len(report.survivors) for report in reports)
    share = f"({100 * (made - lived) / max(made, 1):.1f} %)"
    exercises = plural(len(reports), "exercise")
    page.prose(f"{sound} of {exercises} sound · {_counts(reports)} {share}")
    page.show()


def author_report(report: Report, console: Console) -> None:
    """Print one exercise's proof: a line when it is sound, its problems otherwise."""
    page = Page(console)
    mark, seconds = "✓" if report.sound else "✗", f"{report.seconds:.1f} s"
    page.heading(report.exercise, _counts([report]), right=seconds, mark=mark)
    for problem in report.problems:
        page.prose(problem, mark="-")
    for mutant, reason in report.survivors:
        if reason:
            page.prose(f"lives: {mutant} ({reason})", style="dim")
    if told := report.told:
        untold = ", ".join(name for name, right in told.items() if not right)
        said = f"contrasts tell {sum(told.values())} of {plural(len(told), 'mistake')} apart"
        page.prose(f"{said}; not: {untold}" if untold else said, style="dim")
    page.show()


def _counts(reports: Sequence[Report]) -> str:
    made = sum(report.mutants for report in reports)
    died = made - sum(len(report.survivors) for report in reports)
    return (
        f"{plural(sum(report.mistakes for report in reports), 'mistake')}"
        f" · {sum(report.accepted for report in reports)} accepted"
        f" · {died} of {plural(made, 'mutant')} died"
    )
