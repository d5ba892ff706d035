"""Find the submissions in files and folders, and read them; nothing in them can stop a run.

What looks like a submission and is not judged is listed with its reason, never skipped silently.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dlprep import catalog
from dlprep.errors import UserError
from dlprep.files import SourceError, explained, read_source, reason
from dlprep.grading import Key, NotJudged, Task
from dlprep.verdict import Problem

ONE_PERSON, MANY = "{exercise}.py", "{who}/{exercise}.py"
SILENT = {"__pycache__", "__MACOSX"}  # what Python and a Mac's zip leave behind
MOST_TOLD = 20  # files of one person that are listed as not judged

# What people make of a name: `Softmax (1).py`, `copy of softmax.ipynb`, `lstm-cell_v2.py.txt`.
# Possessive: no name makes it slow.
NEARLY = r"(?:copy of )?(?P<exercise>{})(?:[\s_-]*+(?:\(\d++\)|copy|final|v?\d++))*+"
ENDING = r"(?:\.(?:pyw?|ipynb|txt))*+"

Patterns = list[re.Pattern[str]]  # one for each component of a path


@dataclass(slots=True)
class Submissions:
    """The tasks, by who and then by exercise; files that are not judged; unrelated files."""

    tasks: list[Task]
    not_judged: list[NotJudged]
    unrelated: list[str]


def read(task: Task) -> bytes | Problem:
    """The text of a submission that is not missing, or why there is none.

    The problem never names the file's folder: students read it.
    """
    assert task.path is not None
    try:
        if task.linked:  # to somebody else's submission, or to a solution
            raise SourceError("link", "is a symbolic link")
        return read_source(task.path)
    except SourceError as error:
        remedy = "Hand in the file itself." if error.kind == "link" else ""
        return Problem("file", f"{task.exercise}.py {error}.", help=remedy)


def submitted(task: Task) -> str | None:
    """When the file was last changed, as an ISO time in UTC; None if it is unknown."""
    assert task.path is not None
    try:
        changed = datetime.fromtimestamp(task.path.lstat().st_mtime, UTC)
    except (OSError, ValueError, OverflowError):  # the last two: a year that no calendar has
        return None
    return changed.isoformat(timespec="seconds")


def collect(
    paths: Sequence[Path],
    exercises: Sequence[str] | None = None,
    layout: str | None = None,
    only: Sequence[str] | None = None,
) -> Submissions:
    """The submissions in files ``EX.py``, folders of them, and folders of folders ``WHO/EX.py``.

    If a folder among several paths has an ``EX.py`` in it, each path is a person. ``layout`` says
    where else submissions are: ``{who}/hw3/{exercise}.py``. ``exercises`` leaves out all others,
    and lists the submissions to these that somebody has not handed in as missing. ``only`` leaves
    out all other people. ``UserError`` when a path or a person is not there, when submissions and
    people's folders lie side by side, or when there is nothing to grade.
    """
    for path in paths:
        with explained(f"{str(path)!r} cannot be read"):
            path.lstat()  # a link that leads nowhere is a submission, too
            if _is_folder(path):
                os.listdir(path)  # noqa: PTH208 - as below
    found = _Found(frozenset(exercises or catalog.slugs()), layout)
    found.look_around(paths)
    found.finish(exercises or ())
    people = {who for who, _ in found.tasks} | found.told.keys()
    if unknown := [who for who in only or () if who not in people]:
        raise UserError(f"There is nobody called {unknown[0]!r} among these submissions.")
    tasks = [task for _, task in sorted(found.tasks.items()) if not only or task.who in only]
    left_out = [one for one in found.not_judged if not only or one.who in only]
    if not tasks and not only:
        near = "; ".join(map(str, left_out[:3]))
        raise UserError(
            f"There is no submission in {', '.join(repr(str(path)) for path in paths)}: no file"
            f" {layout or 'EX.py or WHO/EX.py'} of an exercise that is asked for."
            f"{f' Not judged: {near}.' if near else ''}"
            f"{'' if layout else ' For another place, see --layout.'}"
        )
    return Submissions(tasks, sorted(left_out, key=lambda one: one.path), found.unrelated)


class _Found:
    """What was found so far. ``people`` are those whose folder could be read."""

    def __init__(self, wanted: frozenset[str], layout: str | None) -> None:
        self.wanted, self.layout = wanted, layout
        self.tasks: dict[Key, Task] = {}
        self.people: dict[str, Path] = {}
        self.not_judged: list[NotJudged] = []
        self.told: Counter[str] = Counter()
        self.unrelated: list[str] = []
        self.names = {slug.replace("_", ""): slug for slug in wanted}
        slugs = "|".join(slug.replace("_", r"[\W_]?") for slug in wanted)
        self.nearly = [
            re.compile(part.replace(r"\.py", ENDING), re.DOTALL | re.IGNORECASE)
            for name in (ONE_PERSON, layout or ONE_PERSON)
            for part in _regex(name.rpartition("/")[2], NEARLY.format(slugs))
        ]

    def look_around(self, paths: Sequence[Path]) -> None:
        """Find the submissions in paths as the user gave them."""
        if self.layout is None and len(paths) > 1 and _people("The paths are", paths):
            for path in paths:  # `grade subs/*`
                named = path if path.name.strip(".") else path.resolve()
                if named.name not in SILENT:
                    self.look_at(named, _patterns(MANY), {})
            return
        for path in paths:
            inside = _inside(path) if _is_folder(path) else [path]
            layout = self.layout if self.layout is not None else _kind(path, inside)
            patterns = _patterns(layout)
            if "{who}" not in layout:
                self.people[""] = path
            for one in inside:
                self.look_at(one, patterns, {})

    def look_at(
        self, path: Path, patterns: Patterns, known: dict[str, str], linked: bool = False
    ) -> None:
        """Take what fits the patterns, note what nearly does, and ignore everything else.

        The first pattern is for the path's name, the others for what lies in it. Folders are
        searched as deep as there are patterns, and one folder deeper.
        """
        folder, last, linked = _is_folder(path), len(patterns) == 1, linked or _is_link(path)
        match = patterns[0].fullmatch(path.name) if patterns else None
        fits = match is not None and folder != last
        if match and fits:
            known = known | match.groupdict()
            if "who" in known:
                self.people.setdefault(known["who"], path)
        who = known.get("who", "")
        if folder and (fits or (last and not match and not linked)):
            try:
                inside = _inside(path)
            except OSError as error:
                if fits:
                    self.people.pop(who, None)  # we cannot know what is missing there
                self.tell(path, f"cannot be looked into: {reason(error)}", who)
                return
            for one in inside:
                self.look_at(one, patterns[1:], known, linked)
        elif fits and known["exercise"] in self.wanted:
            self.take(Task(who, known["exercise"], path, linked))
        elif not fits and (match or not folder) and (slug := self.meant(path.name)):
            wrong = f"is not called {slug}.py" if self.layout is None else "does not fit --layout"
            wrong = wrong if patterns else f"lies in the folder {path.parent.name!r}"
            wrong = "is a folder" if folder else wrong
            self.tell(path, f"looks like {slug}, but {wrong}", who)
        else:
            self.unrelated.append(str(path))

    def take(self, task: Task) -> None:
        """Add a submission; ``UserError`` if there is another one to the same exercise."""
        other = self.tasks.setdefault(task.key, task)
        if other.path != task.path:
            whose = f" by {task.who!r}" if task.who else ""
            raise UserError(
                f"There are two submissions to {task.exercise}{whose}: {str(other.path)!r} and"
                f" {str(task.path)!r}. Grade them in two runs."
            )

    def meant(self, name: str) -> str | None:
        """The exercise that a file of this name was probably meant for."""
        matches = [match for pattern in self.nearly if (match := pattern.fullmatch(name))]
        meant = matches[0].groupdict().get("exercise", "") if matches else ""
        return self.names.get(re.sub(r"[\W_]", "", meant.lower()))

    def tell(self, path: Path, why: str, who: str) -> None:
        """Note what is not judged, at most ``MOST_TOLD`` for each person."""
        self.told[who] += 1
        if self.told[who] <= MOST_TOLD or who not in self.people:
            self.not_judged.append(NotJudged(str(path), why, who))

    def finish(self, exercises: Sequence[str]) -> None:
        """Add what is missing, and the people who handed in nothing."""
        handed_in = {who for who, _ in self.tasks}
        for who, path in self.people.items():
            for slug in exercises:
                self.tasks.setdefault((who, slug), Task(who, slug, None))
            if who and not exercises and who not in handed_in and not self.told[who]:
                self.tell(path, "holds no submission", who)
            if (more := self.told[who] - MOST_TOLD) > 0:
                self.not_judged.append(NotJudged(str(path), f"holds {more} more like these", who))


def _inside(folder: Path) -> list[Path]:
    """What is in a folder, sorted, without hidden files and what is ignored silently."""
    names = sorted(os.listdir(folder))  # noqa: PTH208 - half the time of `iterdir`
    return [folder / name for name in names if name[0] != "." and name not in SILENT]


def _submissions(paths: Iterable[Path]) -> list[Path]:
    """The paths that have a submission's name and are not folders."""
    names = {f"{slug}.py" for slug in catalog.slugs()}
    return [path for path in paths if path.name in names and not _is_folder(path)]


def _kind(folder: Path, inside: Sequence[Path]) -> str:
    """The layout of a folder: one person's if submissions lie in it, else one folder a person."""
    if _submissions(inside):
        how = f": --layout '{MANY}' takes the folders, --layout '{ONE_PERSON}' the files"
        _people(f"{str(folder)!r} holds", inside, how)
        return ONE_PERSON
    return MANY if any(map(_is_folder, inside)) else ONE_PERSON


def _people(where: str, paths: Sequence[Path], how: str = "") -> bool:
    """Whether there are folders with submissions; ``UserError`` if there are submissions, too."""
    submissions, people = _submissions(paths), []
    for path in filter(_is_folder, paths):
        with suppress(OSError):
            if _submissions(_inside(path)):
                people.append(path)
    if submissions and people:
        folders, files = (
            ", ".join([*(repr(path.name) for path in some[:3]), "…"][: len(some)])
            for some in (people, submissions)
        )
        raise UserError(
            f"{where} both people's folders ({folders}) and submissions ({files}): whose are these?"
            f" Grade them in two runs{how}."
        )
    return bool(people)


def _patterns(layout: str) -> Patterns:
    """A regular expression for each component of a layout."""
    fields = re.findall(r"\{.*?\}", layout)
    if sorted(fields) not in (["{exercise}"], ["{exercise}", "{who}"]):
        raise UserError(
            f"The layout {layout!r} needs {{exercise}} once, {{who}} at most once, and nothing else"
            " in braces; an example is {who}/hw3/{exercise}.py."
        )
    slugs = sorted(catalog.slugs(), key=len, reverse=True)  # softmax_2 is not softmax by "2"
    exercise = f"(?P<exercise>{'|'.join(slugs)})"
    return [re.compile(part, re.DOTALL) for part in _regex(layout, exercise)]


def _regex(layout: str, exercise: str) -> list[str]:
    parts = re.escape(layout).replace(re.escape("{exercise}"), exercise).split("/")
    return [part.replace(re.escape("{who}"), "(?P<who>.+?)") for part in parts]


def _is_folder(path: Path) -> bool:
    return os.path.isdir(path)  # noqa: PTH112 - Path.is_dir raises where it may not look


def _is_link(path: Path) -> bool:
    return os.path.islink(path)  # noqa: PTH114 - as above
