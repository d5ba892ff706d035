"""The page of ``dlprep stats``: the practice in pictures of characters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Console

from dlprep import command
from dlprep.render.page import Page
from dlprep.text import plural

if TYPE_CHECKING:
    from dlprep.practice.stats import Stats

FULL, EMPTY, MARK = "█", "·", "│"
# A shade, from how many minutes on, and what the legend says.
HEAT = {"░": (0, "<15"), "▒": (15, "<30"), "▓": (30, "<60"), "█": (60, "60+ minutes")}
MOST_WEEKS, LEAST_WEEKS = 26, 8
MOST_LISTED = 8


def stats_page(stats: Stats, console: Console) -> None:
    """Print the figures: days, passes by track, times, mistakes, and what else was counted."""
    page = Page(console)
    if stats.days:
        _days(page, stats)
        _tracks(page, stats)
        _times(page, stats)
        _mistakes(page, stats)
        page.gap()
        reviews, hints = plural(stats.reviews, "review"), plural(stats.hints, "hint")
        page.prose(f"{reviews} done, {hints}, {plural(stats.give_ups, 'give-up')}")
    else:
        page.prose("Nothing was checked here yet, so there is nothing to count.")
        page.prose(f"What to do now: {command('next')}")
    page.show()


def _days(page: Page, stats: Stats) -> None:
    """A row for each day of the week, a column for each week; the darker, the more minutes."""
    streak = f", {stats.streak} in a row" if stats.streak > 1 else ""
    page.heading(f"{plural(len(stats.days), 'day')} of practice{streak}")
    minutes = {day: at_work for day, at_work, _ in stats.days}
    first, last = min(minutes), max(stats.today, *minutes)
    this_week = _monday(last)
    since_first = (this_week - _monday(first)).days // 7 + 1
    weeks = min(max(since_first, LEAST_WEEKS), MOST_WEEKS, (page.measure - 6) // 2)
    mondays = [this_week - timedelta(weeks=n) for n in reversed(range(weeks))]
    page.line("      ", (_months(mondays), "dim"))
    for weekday in range(7):
        days = [monday + timedelta(days=weekday) for monday in mondays]
        cells = [" " if day > last else _shade(minutes.get(day)) for day in days]
        page.line(f"  {days[0]:%a} ", (" ".join(cells), "green"))
    shades = [f"{shade} {said}" for shade, (_, said) in HEAT.items()]
    page.prose("  ".join([f"{EMPTY} none", *shades]), style="dim")


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _months(mondays: Sequence[date]) -> str:
    """The months' names, each above the week in which it begins."""
    line = ""
    for n, monday in enumerate(mondays):
        sunday = monday + timedelta(days=6)
        begins = n == 0 or sunday.day <= 7
        if begins and len(line) <= 2 * n and 2 * n + 3 <= 2 * len(mondays):
            line = line.ljust(2 * n) + f"{sunday:%b} "
    return line


def _shade(minutes: float | None) -> str:
    if minutes is None:
        return EMPTY
    return [shade for shade, (least, _) in HEAT.items() if minutes >= least][-1]


def _tracks(page: Page, stats: Stats) -> None:
    all_passed = sum(passed for _, passed, _ in stats.tracks)
    in_all = sum(total for _, _, total in stats.tracks)
    polished = f", {stats.polished} ★" if stats.polished else ""
    page.heading("Passed by track", right=f"{all_passed} of {in_all}{polished}")
    names = max((len(track) for track, _, _ in stats.tracks), default=0)
    width = _bar_cells(page)
    for track, passed, total in stats.tracks:
        full = passed * width // total or min(passed, 1)
        bar = [(FULL * full, "green"), (EMPTY * (width - full), "dim")]
        _row(page, f"{track:<{names}}", bar, f"{passed} of {total}")


def _times(page: Page, stats: Stats) -> None:
    timed = [(name, took, target) for name, _, took, target in stats.passes if took is not None]
    if not timed:
        return
    within = sum(took <= target for _, took, target in timed)
    right = f"{within} of {len(timed)} within the target ({MARK})"
    page.heading("Time to the first pass", right=right)
    shown = timed[:MOST_LISTED]
    names = max(len(name) for name, _, _ in shown)
    widest = max(len(f"{took:.0f}") for _, took, _ in shown)
    half = _bar_cells(page) // 2
    for name, took, target in shown:
        share = took / target  # the mark in the middle is 1; a full bar is 2, or more
        full = max(round(share * half), 1)
        # However near the target it was, the bar ends on the right side of the mark.
        full = min(max(full, half + 1), 2 * half) if share > 1 else min(full, half)
        cells = FULL * full + EMPTY * (2 * half - full)
        late = "red" if share > 1 else "dim"
        bar = [(cells[:half], "green"), (MARK, ""), (cells[half:], late)]
        _row(page, f"{name:<{names}}", bar, f"{took:>{widest}.0f} of {target} min")
    quicker = len(timed) - len(shown)
    if quicker:
        page.prose(f"and {quicker} more, quicker than these", style="dim")


def _mistakes(page: Page, stats: Stats) -> None:
    if not stats.mistakes:
        return
    page.heading("Mistakes made most often")
    _, _, most = stats.mistakes[0]
    width = min(most, 8)
    for exercise, name, times in stats.mistakes[:MOST_LISTED]:
        bar = FULL * max(times * width // most, 1)
        said = "once" if times == 1 else f"{times} times"
        where = f"{' '.join(name.split())} ({exercise}): {said}"
        page.prose(where, indent=width + 4, mark=f"  {bar}")
    more = len(stats.mistakes) - MOST_LISTED
    if more > 0:
        page.prose(f"and {more} more: {command('stats --json')}", style="dim")


def _bar_cells(page: Page) -> int:
    return 24 if page.width >= 60 else 8


def _row(page: Page, name: str, bar: Sequence[tuple[str, str]], figure: str) -> None:
    """Add a line with a bar, which is left out where there is no room for it."""
    line = f"  {name}  {''.join(text for text, _ in bar)}  {figure}"
    if cell_len(page.clean(line)) <= page.width:
        page.line(f"  {name}  ", *bar, f"  {figure}")
    else:
        page.prose(f"{name}  {figure}")
