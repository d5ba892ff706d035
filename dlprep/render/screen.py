"""The whole terminal for one program: its screen, its keys, its signals.

The only importer of prompt_toolkit.

The terminal is handed back as it was on every way out that Python sees; ``guardian`` is there for
the others.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

from prompt_toolkit.application import Application, run_in_terminal
from prompt_toolkit.formatted_text import ANSI
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout import FormattedTextControl, Layout, Window

from dlprep.render.watch import Drawing, View, draw

NAMES = {
    Keys.Up: "up",
    Keys.Down: "down",
    Keys.PageUp: "page up",
    Keys.PageDown: "page down",
    Keys.Home: "home",
    Keys.End: "end",
    Keys.Enter: "enter",
    Keys.Escape: "escape",
    Keys.ControlC: "ctrl-c",
}
SIGNALLED = 128  # and the signal's number: what a shell reports


class Program(Protocol):
    """What has the terminal."""

    pause: float  # seconds from one ``step`` to the next
    wake: Callable[[], None]  # set by the screen; any thread may call it, for a ``step`` now

    @property
    def view(self) -> View:
        """What is to be seen now."""

    @property
    def exit_code(self) -> int | None:
        """Not None once it is over."""

    def step(self) -> None:
        """Do what is to be done from time to time."""

    def press(self, key: str) -> None:
        """Take a key that does not scroll."""


class Screen:
    """Shows a program until it is over."""

    def __init__(self, program: Program, tell: Callable[[bool], None]) -> None:
        """``tell`` is called with True when the screen is taken, with False when it is back."""
        self._program, self._tell = program, tell
        self._page: Drawing | None = None
        self._view = program.view
        self._last = self._height = 0
        self._top: int | None = None  # a new page's own beginning
        bindings = KeyBindings()
        for key in (*NAMES, Keys.Any):
            bindings.add(key, eager=True)(self._pressed)
        if sys.platform != "win32":
            bindings.add(Keys.ControlZ, eager=True)(lambda _: run_in_terminal(self._suspend))
        self._app: Application[int] = Application(
            Layout(Window(FormattedTextControl(self._text, show_cursor=False))),
            key_bindings=bindings,
            full_screen=True,
        )
        self._app.ttimeoutlen = 0.05  # until Esc is a key, and not the start of another's code

    def run(self) -> int:
        """Show the program; its exit code, or that of the signal that ended it."""
        return asyncio.run(self._run())

    async def _run(self) -> int:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(self._failed)
        self._program.wake = lambda: _call(loop, self._step)
        if sys.platform != "win32":
            for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
                loop.add_signal_handler(number, self._end, SIGNALLED + number)
        steps = asyncio.create_task(self._steps())
        self._tell(True)
        try:
            return await self._app.run_async(set_exception_handler=False, handle_sigint=False)
        except EOFError:  # the terminal is gone
            return SIGNALLED + signal.SIGTERM
        finally:
            self._app.renderer.reset()  # if it failed before the first screen was drawn
            self._tell(False)
            steps.cancel()

    def _suspend(self) -> None:
        """Stop, as Ctrl-Z has it, until the shell's ``fg``."""
        self._tell(False)
        os.kill(0, signal.SIGTSTP)
        self._tell(True)

    async def _steps(self) -> None:
        while True:
            self._step()
            await asyncio.sleep(self._program.pause)

    def _step(self) -> None:
        try:
            self._program.step()
        except Exception as error:
            self._fail(error)
        self._show()

    def _pressed(self, event: KeyPressEvent) -> None:
        key = event.key_sequence[0].key
        name = NAMES.get(key, key) if isinstance(key, Keys) else key
        top = self._scrolled(name)
        if top is None or self._view.choosing:
            self._program.press(name)
            self._show()
        elif not self._view.busy:
            self._top = top
            self._app.invalidate()

    def _scrolled(self, key: str) -> int | None:
        """The line that would be on top after a key, if that is one that scrolls."""
        page = max(self._height - 1, 1)
        top = self._top or 0
        lines = {"up": -1, "k": -1, "down": 1, "j": 1, "home": -top, "end": self._last}
        lines |= {"page up": -page, "page down": page, " ": page}
        return min(max(top + lines[key], 0), self._last) if key in lines else None

    def _show(self) -> None:
        if self._program.exit_code is not None:
            self._end(self._program.exit_code)
        elif self._program.view != self._view:
            self._app.invalidate()

    def _text(self) -> ANSI:
        """The screen, whenever it is drawn: after a change, or when the terminal's size is new."""
        size = self._app.output.get_size()
        self._view = view = self._program.view
        if view.page is not self._page and not view.choosing:
            self._top = None
        self._page = view.page
        drawn = draw(view, size.columns, size.rows, self._top)
        self._top, self._last, self._height = drawn.top, drawn.last, drawn.height
        return ANSI(drawn.text)

    def _end(self, code: int) -> None:
        if not self._app.is_done:
            self._app.exit(result=code)

    def _fail(self, error: BaseException) -> None:
        if not self._app.is_done:
            self._app.exit(exception=error)

    def _failed(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Something went wrong in a call that the loop made: a key, a redraw."""
        self._fail(context.get("exception") or RuntimeError(context["message"]))


def _call(loop: asyncio.AbstractEventLoop, step: Callable[[], None]) -> None:
    with suppress(RuntimeError):  # it is over
        loop.call_soon_threadsafe(step)
