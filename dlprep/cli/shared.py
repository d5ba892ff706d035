"""What the commands share: exit codes, errors as sentences, names of exercises."""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, NoReturn, TypeVar

import typer

from dlprep import MAX_SEED, catalog, command
from dlprep.catalog import Exercise
from dlprep.errors import INTERRUPTED, FaultError, UserError
from dlprep.files import reason, refusal
from dlprep.text import plural

if TYPE_CHECKING:
    from dlprep.judge.service import JudgeProcess
    from dlprep.practice.events import Event
    from dlprep.practice.record import Record
    from dlprep.practice.workspace import Workspace

T = TypeVar("T")

NOT_PASSED, USAGE, FAULT, CTRL_C = 1, 2, 3, 130


def complete(incomplete: str) -> list[str]:
    """The exercises that begin so, for the shell."""
    names = catalog.slugs()
    if "-" in incomplete:  # a shell drops what does not begin as it was typed
        names = [name.replace("_", "-") for name in names]
    return [name for name in names if name.startswith(incomplete)]


Name = Annotated[
    str,
    typer.Argument(metavar="EX", help="The exercise, such as lstm_cell.", autocompletion=complete),
]
OptionalName = Annotated[
    str | None,
    typer.Argument(
        metavar="[EX]",
        help="The exercise. Default: the one worked on last.",
        show_default=False,
        autocompletion=complete,
    ),
]


def seed_option(default: str) -> Any:
    """The option ``--seed``; ``default`` says which seed is taken without it."""
    text = f"Seed of the random inputs; a short one can be guessed. Default: {default}."
    return typer.Option(min=0, max=MAX_SEED, help=text, show_default=False)


Strict = Annotated[
    bool, typer.Option("--strict", help="Ask for the polish too: exit code 1 while it is open.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead.")]


class Early(NamedTuple):
    """What the entry did before anything was imported: a judge, and when that was."""

    judge: JudgeProcess | None
    began: float  # time.perf_counter


@contextmanager
def errors() -> Iterator[None]:
    """Turn what users and authors can get wrong into a sentence and an exit code."""
    try:
        if abs(time.localtime().tm_gmtoff) >= 86_400:
            raise UserError("The time zone is a day or more from UTC: correct the variable TZ.")
        try:
            yield
        finally:
            sys.stdout.flush()
    except UserError as error:
        fail(str(error), USAGE)
    except (typer.Exit, typer.Abort):
        raise
    except KeyboardInterrupt:
        fail(INTERRUPTED, CTRL_C)
    except Exception as error:
        if isinstance(error, OSError) and _is_of_output(error):
            if isinstance(error, BrokenPipeError):  # `dlprep list | head`
                raise typer.Exit(NOT_PASSED) from None
            fail(f"Standard output cannot be written: {reason(error)}.", USAGE)
        refused = refusal(error) or refusal(error.__cause__)
        if isinstance(error, FaultError) and not error.ours:
            refused = str(error)
        if refused:
            fail(f"{refused[0].upper()}{refused[1:]}.", USAGE)
        if isinstance(error, FaultError):
            fail(f"A fault of dlprep's own: {error}", FAULT)
        if os.environ.get("DLPREP_DEBUG"):
            raise
        what = " ".join(f"{type(error).__name__}: {error}".split())
        fail(f"A fault of dlprep's own: {what} (DLPREP_DEBUG=1 shows where)", FAULT)


def _is_of_output(error: OSError) -> bool:
    """Whether standard output takes no more; what waits to be written there is then dropped."""
    if error.errno in (errno.EMFILE, errno.ENFILE):  # too many open files
        return False
    try:
        print(flush=True)  # to flush alone does not fail a second time
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return True
    return False


def fail(text: str, code: int) -> NoReturn:
    """Print what went wrong, and end with this exit code."""
    from dlprep import render

    render.error(text, render.make_console(stderr=True))
    raise typer.Exit(code)


def say(text: str, stderr: bool = False) -> None:
    """Print a sentence."""
    from dlprep import render

    render.message(text, render.make_console(stderr=stderr))


def note(text: str) -> None:
    """Print a remark on standard error, if there is one."""
    if text:
        say(text, stderr=True)


def print_json(data: Any) -> None:
    """Print data as JSON."""
    import json

    typer.echo(json.dumps(data, indent=2))


def find_exercise(name: str | None) -> Exercise:
    """The exercise of this name, or of the last event; ``UserError`` if there is none."""
    if name is None:
        name = recorded(lambda record: record.last_exercise(catalog.slugs()), None)
        if name is None:
            begin = command("start softmax")
            raise UserError(f"Nothing was started here yet. Start with: {begin}")
    return catalog.find(name)


def recorded(read: Callable[[Record], T], default: T) -> T:
    """What the workspace's record says, or ``default`` and a note when it cannot be read."""
    from dlprep.practice.record import RecordError

    try:
        return read(workspace_here().record)
    except RecordError as error:
        note(str(error))
        return default


def workspace_here() -> Workspace:
    """The workspace around the current folder; the record of an earlier version is read first."""
    from dlprep.practice.record import RecordError
    from dlprep.practice.workspace import open_workspace

    workspace, adopted = open_workspace(Path()), None
    with suppress(RecordError):  # the command that needs the record says so
        adopted = workspace.record.adopt_old()
    if adopted:
        said = f"Your record is now the file {workspace.record.path.name}, with {adopted.what}."
        if adopted.unreadable:
            said += f" {plural(adopted.unreadable, 'row')} of the old one cannot be read."
        if adopted.flaw:
            said += f" The old one cannot be read to its end: {adopted.flaw}."
        note(f"{said} record.sqlite3 is left as it is.")
    return workspace


def events_here() -> list[Event]:
    """All events of the workspace's record, or none and a note when it cannot be read."""
    return recorded(lambda record: record.events(), [])


def events_of(record: Record, exercise: str | None = None) -> list[Event]:
    """The events of a record, or of one exercise, after a note on lines that cannot be read."""
    events = record.events(exercise)
    if record.unreadable:
        skipped = plural(record.unreadable, "line")
        note(f"{skipped} of the record {record.path} cannot be read; all others count.")
    return events
