"""What a person reads: the pages of the command line. The only room that imports rich.

Everything here renders plain data of :mod:`dlprep.verdict`. What only one page needs of rich is
imported there, so that a verdict pays for ``rich.console`` and ``rich.text`` alone.
"""

from __future__ import annotations

import shutil

from rich.console import Console, ConsoleDimensions

from dlprep.render.authoring_page import author_report, author_summary
from dlprep.render.exercises_page import exercise_table, prompt_page
from dlprep.render.own_tests_page import own_tests_page
from dlprep.render.page import Page
from dlprep.render.reviews_page import home_page, next_page, reviews_page
from dlprep.render.stats_page import stats_page
from dlprep.render.verdict_page import verdict_page

__all__ = [
    "author_report",
    "author_summary",
    "error",
    "exercise_table",
    "home_page",
    "make_console",
    "message",
    "next_page",
    "own_tests_page",
    "prompt_page",
    "reviews_page",
    "stats_page",
    "verdict_page",
]

PIPE_WIDTH = 80  # the same page for everyone, whatever terminal the pipe was started from


def make_console(stderr: bool = False) -> Console:
    """The console of standard output or error; a pipe gets 80 columns and no colour."""
    console = Console(stderr=stderr, markup=False, emoji=False, highlight=False)
    if not console.is_terminal:
        console.width = PIPE_WIDTH
    elif console.is_dumb_terminal:  # rich takes every one of them to be 80 columns wide
        columns, lines = shutil.get_terminal_size()
        console.size = ConsoleDimensions(columns, lines)
    return console


def message(text: str, console: Console) -> None:
    """Print a note; in a pipe its lines stay whole, so that they can be searched."""
    page = Page(console)
    page.prose(text, indent=0, whole=page.piped)
    page.show()


def error(text: str, console: Console) -> None:
    """Print what went wrong, marked; in a pipe its lines stay whole."""
    page = Page(console)
    page.prose(text, mark="✗", whole=page.piped)
    page.show()
