"""Find the submissions in files and folders, and read them; nothing in them can stop a run.

What looks like a submission and is not judged is listed with its reason, never skipped silently.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
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

# What people make of a name: `Softmax (1).py`, `copy of softmax.ipynb`, `lstm-cell_v2.py.txt`.
# Possessive: no name makes it slow.
NEARLY = r"(?:copy of )?{}(?:[\s_-]*+(?:\(\d++\)|copy|final|v?\d++))*+"
ENDING = r"(?:\.(?:pyw?|ipynb|txt))*+"


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
            raise SourceError("link")
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
    exercises: Sequence[str] = (),
    layout: str | None = None,
    only: Sequence[str] = (),
) -> Submissions:
    """The submissions in files ``EX.py``, folders of them, and folders of folders ``WHO/EX.py``.

    If a folder among several paths has an ``EX.py`` in it, each path is a person. ``layout`` says
    where else submissions are: ``{who}/hw3/{exercise}.py``. ``exercises`` leaves out all others,
    and lists the submissions to these that somebody has not handed in as missing. ``only`` leaves
    out all other people. ``UserError`` when a path or a person is not there, when submissions and
    people's folders lie side by side, or when there is nothing to grade.
    """
    inside = []
    for path in paths:
        with explained(f"{str(path)!r} cannot be read"):
            path.lstat()  # a link that leads nowhere is a submission, too
            inside.append(_inside(path) if _is_folder(path) else [path])
    named = [path if path.name.strip(".") else path.resolve() for path in paths]  # not "."
    named = [path for path in named if path.name not in SILENT]
    search = _Search(exercises, layout)
    if layout is None and len(paths) > 1 and _kind("The paths are", named) == MANY:
        search.look_in(named, MANY)  # `grade subs/*`
    else:
        how = f": --layout '{MANY}' takes the folders, --layout '{ONE_PERSON}' the files"
        for path, found in zip(paths, inside, strict=True):
            usual = MANY if any(map(_is_folder, found)) else ONE_PERSON
            kind = _kind(f"{str(path)!r} holds", found, how) if layout is None else layout
            search.look_in(found, usual if kind is None else kind)
    search.add_missing(exercises)
    not_judged = sorted(search.not_judged, key=lambda one: one.path)
    people = {who for who, _ in search.tasks} | {one.who for one in not_judged}
    if unknown := [who for who in only if who not in people]:
        raise UserError(f"There is nobody called {unknown[0]!r} among these submissions.")
    tasks = [task for _, task in sorted(search.tasks.items()) if not only or task.who in only]
    not_judged = [one for one in not_judged if not only or one.who in only]
    if not tasks and not only:
        near = "; ".join(map(str, not_judged[:3]))
        raise UserError(
            f"There is no submission in {', '.join(repr(str(path)) for path in paths)}: no file"
            f" {layout or 'EX.py or WHO/EX.py'} of an exercise that is asked for."
            f"{f' Not judged: {near}.' if near else ''}"
            f"{'' if layout else ' For another place, see --layout.'}"
        )
    return Submissions(tasks, not_judged, search.unrelated)


class _Search:
    """What was found so far. ``people`` are those whose folder could be read."""

    def __init__(self, exercises: Sequence[str], layout: str | None) -> None:
        self.layout = layout
        self.tasks: dict[Key, Task] = {}
        self.people: dict[str, Path] = {}
        self.not_judged: list[NotJudged] = []
        self.unrelated: list[str] = []
        self.nearly: dict[str, re.Pattern[str]] = {}  # what a name that was meant for each is like
        names = [ONE_PERSON, (layout or MANY).rpartition("/")[2]]
        for slug in sorted(exercises or catalog.slugs(), key=len, reverse=True):
            exercise = NEARLY.format(slug.replace("_", r"[\W_]?"))
            either = "|".join(_regex(name, exercise)[0] for name in names)
            pattern = either.replace(r"\.py", ENDING)
            self.nearly[slug] = re.compile(pattern, re.DOTALL | re.IGNORECASE)

    def look_in(self, paths: Iterable[Path], layout: str) -> None:
        """Look at paths that lie side by side, as in a folder, of this layout."""
        patterns = _patterns(layout)
        if "{who}" not in layout:
            self.people[""] = Path()
        for path in paths:
            self.look_at(path, patterns, {})

    def look_at(
        self,
        path: Path,
        patterns: Sequence[re.Pattern[str]],
        known: dict[str, str],
        linked: bool = False,
    ) -> None:
        """Take what fits the patterns, note what nearly does, and ignore everything else.

        The first pattern is for the path's name, the others for what lies in it. Folders are
        searched as deep as there are patterns, and one folder deeper.
        """
        folder, last = _is_folder(path), len(patterns) == 1
        linked = linked or os.path.islink(path)  # noqa: PTH114 - as in _is_folder
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
        elif fits and (exercise := known["exercise"]) in self.nearly:
            other = self.tasks.setdefault((who, exercise), Task(who, exercise, path, linked))
            if other.path != path:
                raise UserError(
                    f"There are two submissions to {other}: {str(other.path)!r} and {str(path)!r}."
                    " Grade them in two runs."
                )
        elif not fits and (match or not folder) and (slug := self.meant(path.name)):
            wrong = f"is not called {slug}.py" if self.layout is None else "does not fit --layout"
            wrong = wrong if patterns else f"lies in the folder {path.parent.name!r}"
            wrong = "is a folder" if folder else wrong
            self.tell(path, f"looks like {slug}, but {wrong}", who)
        else:
            self.unrelated.append(str(path))

    def meant(self, name: str) -> str | None:
        """The exercise that a file of this name was probably meant for."""
        return next((slug for slug, like in self.nearly.items() if like.fullmatch(name)), None)

    def tell(self, path: Path, why: str, who: str) -> None:
        """Note what is not judged."""
        self.not_judged.append(NotJudged(str(path), why, who))

    def add_missing(self, exercises: Sequence[str]) -> None:
        """Add what is missing; without ``exercises``, tell who has handed in nothing at all."""
        known = {who for who, _ in self.tasks} | {one.who for one in self.not_judged}
        for who, path in self.people.items():
            for slug in exercises:
                self.tasks.setdefault((who, slug), Task(who, slug, None))
            if who and not exercises and who not in known:
                self.tell(path, "holds no submission", who)


def _inside(folder: Path) -> list[Path]:
    """What is in a folder, sorted, without hidden files and what is ignored silently."""
    names = sorted(os.listdir(folder))  # noqa: PTH208 - half the time of `iterdir`
    return [folder / name for name in names if name[0] != "." and name not in SILENT]


def _kind(where: str, paths: Sequence[Path], how: str = "") -> str | None:
    """The layout of these paths, if there are submissions; ``UserError`` if it is not clear."""
    one, many = _Search((), None), _Search((), None)
    one.look_in(paths, ONE_PERSON)
    many.look_in(paths, MANY)
    if one.tasks and many.tasks:
        (file, *_), (who, *_) = (sorted(found.tasks) for found in (one, many))
        raise UserError(
            f"{where} both people's folders (such as {who[0]!r}) and submissions (such as"
            f" '{file[1]}.py'): whose are these? Grade them in two runs{how}."
        )
    return MANY if many.tasks else ONE_PERSON if one.tasks else None


def _patterns(layout: str) -> list[re.Pattern[str]]:
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
