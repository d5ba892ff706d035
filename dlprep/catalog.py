"""What an exercise is, and how to find and read one.

Nothing is executed and nothing is registered: a folder is an exercise.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from dlprep import command
from dlprep.errors import FaultError, UserError
from dlprep.typed import read_as

PACKAGE = Path(__file__).resolve().parent
_INSTALLED = (PACKAGE / "exercises").is_dir()  # a wheel carries both folders inside the package
HOME = PACKAGE if _INSTALLED else PACKAGE.parent

Track = Literal[
    "fundamentals",
    "stability",
    "activations",
    "layers",
    "autograd",
    "convolution",
    "recurrent",
    "normalisation",
    "optimisers",
    "attention",
    "inference",
    "generative",
    "training",
    "debugging",
]
Difficulty = Literal["easy", "medium", "hard"]
TRACKS: tuple[str, ...] = get_args(Track)  # in the order in which they are listed
DIFFICULTIES: tuple[str, ...] = get_args(Difficulty)


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question that an interviewer asks next, and its answer."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Help:
    """What ``hints.toml`` says: hints, from a nudge to nearly the answer, and follow-ups."""

    hints: tuple[str, ...]
    follow_ups: tuple[FollowUp, ...] = ()


@dataclass(frozen=True, slots=True)
class Exercise:
    """One exercise, as its ``exercise.toml`` and its two folders describe it.

    ``asked`` says how often interviews ask for it, from 1 to 5; ``after`` names the exercises that
    one should have solved before. ``seconds`` is the time that one case may spend in the
    submission.
    """

    slug: str
    title: str
    track: Track
    difficulty: Difficulty
    minutes: int
    asked: Literal[1, 2, 3, 4, 5]
    after: tuple[str, ...]
    tags: tuple[str, ...]
    folder: Path
    solution: Path
    seconds: float

    @property
    def stub(self) -> Path:
        """The file that ``start`` copies: the one statement of the exercise's API."""
        return self.folder / "stub.py"

    @property
    def prompt(self) -> Path:
        """The task, in Markdown."""
        return self.folder / "prompt.md"

    @property
    def cases(self) -> Path:
        """The hidden cases: a pytest file."""
        return self.folder / "test_cases.py"

    @property
    def reference(self) -> Path:
        """The reference solution."""
        return self.solution / "reference.py"


class CatalogError(FaultError):
    """An exercise's own files are wrong; the message says what its author must change."""


def slugs(home: Path = HOME) -> list[str]:
    """The names of all exercises, sorted."""
    return sorted(path.parent.name for path in (home / "exercises").glob("*/exercise.toml"))


def find(name: str, home: Path = HOME) -> Exercise:
    """The exercise called ``name``; ``lstm-cell`` and ``lstm_cell.py`` mean ``lstm_cell``.

    Raises ``UserError`` with the nearest names, ``CatalogError`` when its files are wrong.
    """
    slug = name.strip().lower().replace("-", "_").removesuffix(".py")
    known = slugs(home)
    if slug in known:
        return read(slug, home)
    import difflib  # here, since nearly every name is right

    near = difflib.get_close_matches(slug, known, n=3)
    near += [other for other in known if slug and slug in other and other not in near]
    near = near or [other for other in known if _is_about(read(other, home), slug)]
    meant = f" Did you mean {' or '.join(near[:3])}?" if near else ""
    raise UserError(f"There is no exercise named {name!r}.{meant} See: {command('list')}")


def _is_about(exercise: Exercise, slug: str) -> bool:
    """Whether the words are an exercise's track, a tag, or in its title."""
    words = slug.replace("_", " ")
    about = (exercise.track, exercise.title.lower(), *exercise.tags)
    return bool(words) and any(words in one.replace("-", " ") for one in about)


def case_names(exercise: Exercise) -> list[str]:
    """The names of an exercise's hidden cases, without ``test_``; nothing is executed."""
    names = []
    for node in ast.parse(exercise.cases.read_text(encoding="utf-8")).body:
        match node:
            case ast.FunctionDef(name=name, decorator_list=marks) if "contrast(" not in " ".join(
                map(ast.unparse, marks)
            ):
                names.append(name)
            case ast.Assign(targets=[ast.Name(id=name)]):  # test_conventions = conventions(…)
                names.append(name)
    return [name.removeprefix("test_") for name in names if name.startswith("test_")]


def all_exercises(home: Path = HOME) -> list[Exercise]:
    """Every exercise, in the order of the tracks, then from easy to hard, then by name."""
    return sorted(
        (read(slug, home) for slug in slugs(home)),
        key=lambda ex: (TRACKS.index(ex.track), DIFFICULTIES.index(ex.difficulty), ex.slug),
    )


def read(slug: str, home: Path = HOME) -> Exercise:
    """Read ``exercises/<slug>/exercise.toml``; ``CatalogError`` says which entry is wrong."""
    path = home / "exercises" / slug / "exercise.toml"
    known = {"slug": slug, "folder": path.parent, "solution": home / "solutions" / slug}
    with explained_to_author(path):
        entries = {"after": (), "seconds": 5} | tomllib.loads(path.read_text("utf-8")) | known
        exercise: Exercise = read_as(Exercise, entries, strict=True)
    return exercise


def read_help(exercise: Exercise) -> Help:
    """Read ``solutions/<slug>/hints.toml``; ``CatalogError`` says which entry is wrong."""
    path = exercise.solution / "hints.toml"
    with explained_to_author(path):
        found: Help = read_as(Help, tomllib.loads(path.read_text("utf-8")), strict=True)
    return found


@contextmanager
def explained_to_author(where: Path | str) -> Iterator[None]:
    """Turn what goes wrong in reading a file, or a part of it, into a ``CatalogError``."""
    try:
        yield
    except OSError as error:
        raise CatalogError(f"{where} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise CatalogError(f"{where} is not UTF-8 text: save it as UTF-8") from error
    except SyntaxError as error:
        line = f", line {error.lineno}" if error.lineno else ""
        raise CatalogError(f"{where} is not valid Python{line}: {error.msg}") from error
    except ValueError as error:  # not TOML, or not the entries that there must be
        raise CatalogError(f"{where}: {error}") from error
