"""The page after ``dlprep stats``: the practice in pictures of characters."""

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
    from dlprep.practice.stats import FirstPass, MadeMistake, Stats, TrackPasses

FULL, EMPTY, MARK = "█", "·", "│"
HEAT = ((60, "█"), (30, "▓"), (15, "▒"), (0, "░"))  # from so many minutes on
MOST_WEEKS, LEAST_WEEKS = 26, 8
MOST_LISTED = 8


def stats_page(stats: Stats, console: Console) -> None:
    """Print the figures: days, passes by track, times, mistakes, and what else was counted."""
    page = Page(console)
    if not stats.days:
        page.prose("Nothing was checked here yet, so there is nothing to count.")
        page.prose(f"What to do now: {command('next')}")
        page.show()
        return
    _days(page, stats)
    _tracks(page, stats.tracks)
    _times(page, stats.passes)
    _mistakes(page, stats.mistakes)
    page.gap()
    counts = [
        plural(stats.reviews, "review") + " done",
        plural(stats.hints, "hint"),
        plural(stats.give_ups, "give-up"),
    ]
    page.prose(", ".join(counts))
    page.show()


def _days(page: Page, stats: Stats) -> None:
    """A row for each day of the week, a column for each week; the darker, the more minutes."""
    streak = f", {stats.streak} in a row" if stats.streak > 1 else ""
    page.heading(f"{plural(len(stats.days), 'day')} of practice{streak}")
    last = max(stats.today, stats.days[-1].day)
    this_week = _monday(last)
    since_first = (this_week - _monday(stats.days[0].day)).days // 7 + 1
    weeks = min(max(since_first, LEAST_WEEKS), MOST_WEEKS, (page.measure - 6) // 2)
    mondays = [this_week - timedelta(weeks=n) for n in reversed(range(weeks))]
    page.line("      ", (_months(mondays), "dim"))
    minutes = {day.day: day.minutes for day in stats.days}
    for weekday in range(7):
        days = [monday + timedelta(days=weekday) for monday in mondays]
        cells = [" " if day > last else _shade(minutes.get(day)) for day in days]
        page.line(f"  {days[0]:%a} ", (" ".join(cells), "green"))
    bounds = ("<15", "<30", "<60", "60+ minutes")
    shades = [f"{shade} {bound}" for (_, shade), bound in zip(reversed(HEAT), bounds, strict=True)]
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
    return next(shade for least, shade in HEAT if minutes >= least)


def _tracks(page: Page, tracks: Sequence[TrackPasses]) -> None:
    passed, total = sum(one.passed for one in tracks), sum(one.total for one in tracks)
    page.heading("Passed by track", right=f"{passed} of {total}")
    names = max((len(one.track) for one in tracks), default=0)
    width = _bar_width(page, names + len("10 of 10"))
    for one in tracks:
        full = one.passed * width // one.total or min(one.passed, width, 1)
        _row(
            page,
            f"  {one.track:<{names}}  ",
            (FULL * full, "green"),
            (f"{EMPTY * (width - full)}  " if width else "", "dim"),
            f"{one.passed} of {one.total}",
        )


def _times(page: Page, passes: Sequence[FirstPass]) -> None:
    timed = [(one, one.minutes) for one in passes if one.minutes is not None]
    if not timed:
        return
    within = sum(minutes <= one.target for one, minutes in timed)
    right = f"{within} of {len(timed)} within the target ({MARK})"
    page.heading("Time to the first pass", right=right)
    shown = timed[:MOST_LISTED]
    names = max(len(one.exercise) for one, _ in shown)
    widest = max(len(f"{minutes:.0f}") for _, minutes in shown)
    half = _bar_width(page, names + widest + len(" of 00 min")) // 2
    for one, minutes in shown:
        share = minutes / one.target  # the mark in the middle is 1; a full bar is 2, or more
        full = max(round(share * half), 1)
        # However near the target it was, the bar ends on the right side of the mark.
        full = min(max(full, half + 1), 2 * half) if share > 1 else min(full, half)
        bar = FULL * full + EMPTY * (2 * half - full)
        _row(
            page,
            f"  {one.exercise:<{names}}  ",
            (bar[:half], "green"),
            MARK if half else "",
            (f"{bar[half:]}  " if half else "", "red" if share > 1 else "dim"),
            f"{minutes:>{widest}.0f} of {one.target} min",
        )
    quicker = len(timed) - len(shown)
    if quicker:
        page.prose(f"and {quicker} more, quicker than these", style="dim")


def _mistakes(page: Page, mistakes: Sequence[MadeMistake]) -> None:
    if not mistakes:
        return
    page.heading("Mistakes made most often")
    most = mistakes[0].times
    width = min(most, 8)
    for one in mistakes[:MOST_LISTED]:
        bar = FULL * max(one.times * width // most, 1)
        times = "once" if one.times == 1 else f"{one.times} times"
        where = f"{' '.join(one.name.split())} ({one.exercise}): {times}"
        page.prose(where, indent=width + 4, mark=f"  {bar}")
    more = len(mistakes) - MOST_LISTED
    if more > 0:
        page.prose(f"and {more} more: {command('stats --json')}", style="dim")


def _bar_width(page: Page, beside: int) -> int:
    """The cells of a bar with so many characters beside it, and blanks around; 0 without room."""
    room = min(24, page.measure - beside - 7)
    return room // 2 * 2 if room >= 4 else 0


def _row(page: Page, *parts: str | tuple[str, str]) -> None:
    """Add a line; one that is wider than the terminal is folded, and has no style."""
    text = "".join(part if isinstance(part, str) else part[0] for part in parts)
    if cell_len(page.clean(text)) <= page.width:
        page.line(*parts)
    else:
        page.prose(text.strip())
