"""A page on the whole terminal: it scrolls, with notes, a status line and the keys below it.

The only importer of prompt_toolkit, which knows the terminal: raw keys, redrawing, Ctrl-Z, Windows.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache, partial
from typing import NamedTuple

from prompt_toolkit.application import Application
from prompt_toolkit.formatted_text import ANSI
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout import FormattedTextControl, Layout, Window
from rich.console import Console

from dlprep.render.page import Page, fold

Drawing = Callable[[Console], None]

CHOSEN = "> "  # before the line of a list that Enter would take
SCROLL = {"up": -1, "k": -1, "down": 1, "j": 1, "home": -(10**6), "end": 10**6}
_LINK = re.compile(r"\x1b\]8;[^\x1b]*\x1b\\")  # which prompt_toolkit would show as text


class View(NamedTuple):
    """What to show: a page, a status, what the keys do ("h hint,q quit"), and a note.

    While ``busy``, the next view is asked for more often. With ``choosing`` the arrows do not
    scroll, and the page marks a line with ``CHOSEN``. ``at_end``: a new page shows its end first.
    """

    page: Drawing
    status: str
    keys: str
    note: str = ""
    busy: bool = False
    choosing: bool = False
    at_end: bool = False


def draw(view: View, columns: int, rows: int, top: int | None = None) -> tuple[str, int, int]:
    """A screen of exactly so many rows, with the page scrolled to the line ``top``.

    Returns its ANSI text, the line that is on top, and how many lines of the page are in sight.
    """
    columns, roomy = max(columns, 20), rows >= 16  # with room for a blank line below the page
    page, foot = _page_lines(view.page, columns), Page(_console(columns))
    if view.note:
        foot.prose(view.note, indent=0, style="bold")
    del foot.lines[5:]
    status_at = len(foot.lines)
    keys = view.keys if columns * rows > 200 else re.sub(" [^,]*", "", view.keys)  # letters
    for row in fold(keys.replace(" ", "\xa0").replace(",", "  "), columns):
        items = [item.partition("\xa0") for item in row.split("  ")]
        parts = [((key, "bold"), (f"{gap and ' '}{what}  ", "dim")) for key, gap, what in items]
        foot.line(*sum(parts, ()))
    height = max(1, rows - len(foot.lines) - 1 - roomy)
    last = max(0, len(page) - height)
    top = (last if view.at_end else 0) if top is None else top
    if view.choosing:
        chosen = next((n for n, line in enumerate(page) if CHOSEN in line[:8]), 0)
        top = min(max(top, chosen - height + 2), max(chosen - 2, 0))  # below its track
    top = min(max(top, 0), last)
    more = f" {top} above, {last - top} below"[:columns] if last else ""
    room = columns - len(more)
    status = foot.clean(view.status)[-room:] if room >= len("checked 12:34:56") else ""
    foot.line((f"{status:<{room}}", "bold" if view.busy else "dim"), (more, "bold"))
    foot.lines.insert(status_at, foot.lines.pop())
    shown = page[top : top + height]
    shown += [""] * (height - len(shown) + roomy) + _printed(foot.console, foot.show)
    return "\n".join(shown[:rows]), top, height


@lru_cache(maxsize=2)  # a key that scrolls renders nothing anew
def _page_lines(page: Drawing, columns: int) -> list[str]:
    console = _console(columns)
    return _printed(console, partial(page, console))


def _console(columns: int) -> Console:
    return Console(width=columns, force_terminal=True, markup=False, emoji=False, highlight=False)


def _printed(console: Console, draw: Callable[[], None]) -> list[str]:
    with console.capture() as captured:
        draw()
    return _LINK.sub("", captured.get()).rstrip().split("\n")


async def show(step: Callable[[], View], press: Callable[[str], int | None]) -> int:
    """Show what ``step`` returns on the whole terminal, again and again.

    ``press`` gets the keys that do not scroll, until it returns an exit code. Exceptions of both
    are raised once the terminal is as it was before.
    """
    typed: asyncio.Queue[Keys | str] = asyncio.Queue()
    bindings = KeyBindings()
    bindings.add(Keys.Any, eager=True)(lambda event: typed.put_nowait(event.key_sequence[0].key))
    bindings.add(Keys.ControlZ, eager=True)(lambda event: event.app.suspend_to_background())
    text, top, height, shown, page = "", 0, 1, object(), None
    content = Window(FormattedTextControl(lambda: ANSI(text), show_cursor=False))
    app: Application[None] = Application(Layout(content), key_bindings=bindings, full_screen=True)
    app.ttimeoutlen = 0.05  # seconds until Esc is a key, and not the start of another one's code
    terminal = asyncio.create_task(app.run_async(set_exception_handler=False, handle_sigint=False))
    try:
        while not terminal.done():
            view, size = step(), app.output.get_size()
            if (view, size, top) != shown:
                keep = top if view.page is page or view.choosing else None
                text, top, height = draw(view, size.columns, size.rows, keep)
                shown, page = (view, size, top), view.page
                app.invalidate()
            try:
                key = await asyncio.wait_for(typed.get(), 0.01 if view.busy else 0.05)
            except TimeoutError:
                continue
            name, leaf = key.value if isinstance(key, Keys) else key, max(height - 1, 1)
            lines = SCROLL | {"pageup": -leaf, "pagedown": leaf, " ": leaf}
            if name in lines and not view.choosing:
                top += lines[name]
            elif (code := press(name)) is not None:
                return code
        with suppress(EOFError):  # the terminal is gone
            terminal.result()
        return 129  # as a shell reports SIGHUP
    finally:
        terminal.cancel()
        await asyncio.wait({terminal})
        app.renderer.reset()  # it may have failed in its first drawing
