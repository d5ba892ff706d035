"""How far a run is: on a terminal alone, and on standard error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TimeRemainingColumn,
)
from rich.text import Text


class _Rate(ProgressColumn):
    """Submissions per second, over the last half minute."""

    def render(self, task: Task) -> Text:
        """``12.3/s``; nothing before there is something to measure."""
        return Text("" if task.speed is None else f"{task.speed:.1f}/s", no_wrap=True)


@contextmanager
def progress(total: int, console: Console) -> Iterator[Callable[[], None]]:
    """A bar with rate and time left, gone at the end. What it gives is called for each one done.

    In a pipe nothing is shown.
    """
    bar = Progress(
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(compact=True),
        "left",
        console=console,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
        disable=not console.is_terminal,
    )
    task = bar.add_task("", total=total)
    with bar:
        yield lambda: bar.advance(task)
