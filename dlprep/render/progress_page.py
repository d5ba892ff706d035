"""How far a run is: on a terminal alone, and on standard error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich import progress as columns
from rich.console import Console
from rich.text import Text


class _Rate(columns.ProgressColumn):
    def render(self, task: columns.Task) -> Text:
        """Submissions per second, over the last half minute: ``12.3/s``."""
        return Text("" if task.speed is None else f"{task.speed:.1f}/s", no_wrap=True)


@contextmanager
def progress(total: int, console: Console) -> Iterator[Callable[[], None]]:
    """A bar with rate and time left, gone at the end; call the value for each one that is done.

    In a pipe nothing is shown.
    """
    with columns.Progress(
        columns.BarColumn(),
        columns.MofNCompleteColumn(),
        _Rate(),
        columns.TimeRemainingColumn(compact=True),
        "left",
        console=console,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task("", total=total)
        yield lambda: bar.advance(task)
