"""What a person reads. The only room that imports rich.

Each page is a function of plain data, in a module of its own that ends in ``_page``.
"""

from __future__ import annotations

import shutil

from rich.console import Console, ConsoleDimensions

from dlprep.render.page import Page

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
