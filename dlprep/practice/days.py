"""Days as a person says them."""

from __future__ import annotations

from datetime import date


def ago(days: int) -> str:
    """``today``, ``yesterday``, ``6 days ago``."""
    return {0: "today", 1: "yesterday"}.get(max(days, 0), f"{days} days ago")


def calendar_day(day: date, today: date) -> str:
    """``Mon 16 Nov``, and the year where it is another one than today's."""
    year = f" {day.year}" if day.year != today.year else ""
    return f"{day:%a} {day.day} {day:%b}{year}"
