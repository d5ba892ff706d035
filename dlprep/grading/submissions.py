"""Find the submissions in files and folders, and read them; nothing in them can stop a run."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dlprep import catalog
from dlprep.errors import UserError
from dlprep.grading.model import Task
from dlprep.judge.loading import MAX_SOURCE
from dlprep.model import Problem

ONE_PERSON, MANY = "{exercise}.py", "{who}/{exercise}.py"


@dataclass(frozen=True, slots=True)
class Submissions:
    """What there is to grade, by who and then by exercise.

    ``ignored`` counts the files and folders that are no submission, ``unreadable`` the folders
    that could not be looked into. ``linked`` are submissions that are symbolic links, or lie
    behind one.
    """

    tasks: tuple[Task, ...]
    ignored: int
    unreadable: int
    linked: frozenset[Path]

    def read(self, task: Task) -> bytes | Problem:
        """The text of a submission that is not missing, or why there is none.

        What is said of a file never names its folder: students read it.
        """
        path, file = task.path, f"{task.exercise}.py"
        assert path is not None
        if path in self.linked:  # to another's submission, or to a solution
            return Problem("file", f"{file} is a symbolic link.", help="Hand in the file itself.")
        try:
            info = path.lstat()
            if stat.S_ISDIR(info.st_mode):
                return Problem("file", f"{file} is a folder, not a file.")
            if not stat.S_ISREG(info.st_mode):  # not even opened: a pipe would wait for its writer
                return Problem("file", f"{file} is a pipe or a device, not a file.")
            if info.st_size > MAX_SOURCE:
                size = f"{info.st_size / (1 << 20):.1f} MiB"
                return Problem("file", f"{file} is larger than a submission may be: {size}, not 1.")
            return path.read_bytes()
        except OSError as error:
            return Problem("file", f"{file} cannot be read: {_why(error)}.")


def collect(
    paths: Sequence[Path], exercises: Sequence[str] | None = None, layout: str | None = None
) -> Submissions:
    """The submissions in files ``EX.py``, folders of them, and folders of folders ``WHO/EX.py``.

    ``layout`` says where else they are: ``{who}/hw3/{exercise}.py``. With ``exercises`` others are
    left out, and where somebody's submission to one of these is not there, it is listed as
    missing. ``UserError`` when a path is not there, or when there is nothing to grade.
    """
    found = _Found(layout)
    for path in paths:
        found.look_into(path)
    wanted = catalog.slugs() if exercises is None else exercises
    files = {key: path for key, path in found.files.items() if key[1] in wanted}
    missing = {(who, slug) for who in found.people for slug in exercises or ()} - files.keys()
    if not files and not missing:
        raise UserError(
            f"There is no submission in {', '.join(repr(str(path)) for path in paths)}: no file"
            f" {layout or f'{ONE_PERSON} or {MANY}'} of an exercise that is asked for."
            f"{'' if layout else ' For another place, see --layout.'}"
        )
    return Submissions(
        tuple(Task(*key, files.get(key)) for key in sorted({*files, *missing})),
        len(found.seen - found.used),
        found.unreadable,
        frozenset(found.linked),
    )


@dataclass(slots=True)
class _Found:
    """What was found so far, in all the paths."""

    layout: str | None
    files: dict[tuple[str, str], Path] = field(default_factory=dict)
    people: set[str] = field(default_factory=set)
    seen: set[Path] = field(default_factory=set)
    used: set[Path] = field(default_factory=set)
    linked: set[Path] = field(default_factory=set)
    unreadable: int = 0

    def look_into(self, path: Path) -> None:
        """Find the submissions in a path as the user gave it."""
        try:
            path.lstat()  # a link that leads nowhere is a submission, too
            folder = _is_folder(path)
            kind = _kind(path) if folder else ONE_PERSON
        except FileNotFoundError:
            raise UserError(f"There is no {str(path)!r}.") from None
        except OSError as error:
            raise UserError(f"{str(path)!r} cannot be read: {_why(error)}.") from error
        layout = kind if self.layout is None else self.layout
        if "{who}" not in layout:
            self.people.add("")
        look = self._scan if folder else self._match
        look(path, _patterns(layout), {}, False)

    def _scan(
        self, folder: Path, patterns: list[re.Pattern[str]], known: dict[str, str], linked: bool
    ) -> None:
        """Match what is in a folder; only as deep as the layout is, whatever lies below."""
        try:
            inside = _visible(folder)
        except OSError:
            self.unreadable += 1
            return
        for path in inside:
            self._match(path, patterns, known, linked)

    def _match(
        self, path: Path, patterns: list[re.Pattern[str]], known: dict[str, str], linked: bool
    ) -> None:
        self.seen.add(path)
        match = patterns[0].fullmatch(path.name)
        if match is None or (len(patterns) > 1 and not _is_folder(path)):
            return
        self.used.add(path)
        known = known | match.groupdict()
        linked = linked or _is_link(path)
        if "who" in known:
            self.people.add(known["who"])
        if len(patterns) > 1:
            self._scan(path, patterns[1:], known, linked)
            return
        key = known.get("who", ""), known["exercise"]
        other = self.files.setdefault(key, path)
        if other != path:
            whose = f" by {key[0]!r}" if key[0] else ""
            raise UserError(
                f"There are two submissions to {key[1]}{whose}: {str(other)!r} and {str(path)!r}."
                " Grade them in two runs."
            )
        if linked:
            self.linked.add(path)


def _visible(folder: Path) -> list[Path]:
    """What is in a folder, but for hidden files and what Python leaves behind."""
    return [
        path
        for path in folder.iterdir()
        if not path.name.startswith(".") and path.name != "__pycache__"
    ]


def _kind(folder: Path) -> str:
    """The layout of a folder: one person's if a submission lies in it, else one folder a person."""
    inside = _visible(folder)
    (one,) = _patterns(ONE_PERSON)
    if any(one.fullmatch(path.name) for path in inside):
        return ONE_PERSON
    return MANY if any(_is_folder(path) for path in inside) else ONE_PERSON


def _patterns(layout: str) -> list[re.Pattern[str]]:
    """A regular expression for each component of a layout."""
    fields = re.findall(r"\{.*?\}", layout)
    if sorted(fields) not in (["{exercise}"], ["{exercise}", "{who}"]):
        raise UserError(
            f"The layout {layout!r} needs {{exercise}} once, {{who}} at most once, and nothing else"
            " in braces; an example is {who}/hw3/{exercise}.py."
        )
    slugs = sorted(catalog.slugs(), key=len, reverse=True)  # softmax_2 is not softmax by "2"
    exercise, who = f"(?P<exercise>{'|'.join(slugs)})", "(?P<who>.+?)"
    escaped = re.escape(layout).replace(re.escape("{exercise}"), exercise)
    whole = escaped.replace(re.escape("{who}"), who)
    return [re.compile(part, re.DOTALL) for part in whole.split("/")]


def _is_folder(path: Path) -> bool:
    return os.path.isdir(path)  # noqa: PTH112 - Path.is_dir raises where it may not look


def _is_link(path: Path) -> bool:
    return os.path.islink(path)  # noqa: PTH114 - as above


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
