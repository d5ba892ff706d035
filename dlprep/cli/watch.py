"""The command watch: the practice loop on a whole terminal."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import typer

from dlprep import command
from dlprep.cli.learn import solution_drawing
from dlprep.cli.shared import OptionalName, errors, find_exercise
from dlprep.errors import UserError

DUMB = ("dumb", "unknown")  # terminals that cannot move the cursor


def watch(name: OptionalName = None) -> None:
    """Judge your file at every save; single keys do the rest.

    A new exercise's file is put into this folder first. Leave with q.

    Example: dlprep watch softmax
    """
    with errors():
        if not (sys.stdin.isatty() and sys.stdout.isatty()) or os.environ.get("TERM") in DUMB:
            raise UserError(
                "watch needs a terminal on which it can draw a screen. Without one, check your"
                f" file after each change: {command('check')}"
            )
        exercise = find_exercise(name)
        # The guardian first: it must hold nothing of other processes and threads.
        from dlprep.render.guardian import guarded

        with guarded(sys.stdin.fileno()) as tell:
            from dlprep.judge.process import JudgeProcess

            judge = JudgeProcess(lasting=True)  # it loads while this process does
            from dlprep.practice.watch import Watch
            from dlprep.practice.watch.loop import Loop
            from dlprep.practice.workspace import open_workspace
            from dlprep.render.screen import Screen

            try:
                loop = Loop(Watch(open_workspace(Path.cwd()), exercise, solution_drawing), judge)
                try:
                    code = Screen(loop, tell).run()
                finally:
                    loop.close()
            finally:
                judge.close()
    raise typer.Exit(code)
