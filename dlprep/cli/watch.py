"""The command watch: the practice loop on a whole terminal."""

from __future__ import annotations

import os
import sys
from contextlib import closing

import typer

from dlprep import command
from dlprep.cli.shared import OptionalName, find_exercise, workspace_here
from dlprep.errors import UserError


def watch(name: OptionalName = None) -> None:
    """Judge your file at every save; single keys do the rest.

    A new exercise's file is put into this folder first. Leave with q.

    Example: dlprep watch softmax
    """
    dumb = os.environ.get("TERM") in ("dumb", "unknown")  # which cannot move the cursor
    if dumb or not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UserError(
            "watch needs a terminal on which it can draw a screen. Without one, check your"
            f" file after each change: {command('check')}"
        )
    exercise = find_exercise(name)
    from concurrent.futures import ThreadPoolExecutor

    from dlprep.judge.service import WarmJudge

    with ThreadPoolExecutor(1) as thread, closing(WarmJudge()) as judge:
        import asyncio  # the judge loads while this process does

        from dlprep.render.screen import show
        from dlprep.watch import Watch

        watched = Watch(workspace_here(), exercise, judge, thread)
        code = asyncio.run(show(watched.step, watched.press))
    raise typer.Exit(code)
