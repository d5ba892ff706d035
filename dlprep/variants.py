"""Variants of a reference solution: the known mistakes, and the other right ways to write it.

``solutions/<slug>/variants.toml`` gives most of them as edits, so that a variant shows precisely
what differs. An edit must match the reference exactly once: it cannot rot unseen.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any

from dlprep.catalog import Exercise, explained_to_author
from dlprep.typed import Malformed, read_as


@dataclass(frozen=True, slots=True)
class Mistake:
    """A wrong solution that its own case must catch; ``hint`` is the sentence that a user reads.

    ``source`` is the whole text of the solution, ``file`` where it lies when it is not an edit.
    ``costs_only``: its answers are right, but too expensive, so that no plain test shows it.
    """

    name: str
    source: str
    caught_by: str
    hint: str
    file: Path | None = None
    costs_only: bool = False


@dataclass(frozen=True, slots=True)
class Accepted:
    """A right solution, written differently from the reference: every case must pass it."""

    name: str
    source: str
    file: Path | None = None


@dataclass(frozen=True, slots=True)
class Equivalent:
    """A mutant of the reference, by its id, that no case can tell from it, and the reason."""

    mutant: str
    reason: str


@dataclass(frozen=True, slots=True)
class Variants:
    """All that one ``variants.toml`` says."""

    mistakes: tuple[Mistake, ...]
    accepted: tuple[Accepted, ...]
    equivalents: tuple[Equivalent, ...]


@dataclass(frozen=True, slots=True)
class _Edit:
    """Text of the reference that stands there once, and what takes its place."""

    find: str
    replace: str


@dataclass(frozen=True, kw_only=True)
class _Entry:
    """A table of ``variants.toml``: its name, and how it differs from the reference, in one way."""

    name: str
    find: str | None = None
    replace: str | None = None
    edits: tuple[_Edit, ...] | None = None
    file: str | None = None


@dataclass(frozen=True, kw_only=True)
class _MistakeEntry(_Entry):
    caught_by: str
    hint: str
    costs_only: bool = False


KINDS = {"mistake": _MistakeEntry, "accepted": _Entry, "equivalent": Equivalent}


def read_variants(exercise: Exercise) -> Variants:
    """Read the exercise's ``variants.toml`` and apply every variant to its reference.

    Raises ``CatalogError``, with a sentence that tells the author what to change.
    """
    with explained_to_author(exercise.reference):
        reference = exercise.reference.read_text("utf-8")
        code = _code(reference)
    path = exercise.solution / "variants.toml"
    with explained_to_author(path):
        tables = list(_tables(tomllib.loads(path.read_text("utf-8"))))
    mistakes, accepted, equivalents = [], [], []
    taken = set()
    for kind, table in tables:
        key = "mutant" if kind == "equivalent" else "name"
        with explained_to_author(f"{path}: {kind} {table.get(key, '')!r}"):
            for field, text in table.items():
                if field != "replace" and isinstance(text, str) and not text.strip():
                    raise Malformed(f"{field!r} is empty")
            entry = read_as(KINDS[kind], table, strict=True)
            if (key, table[key]) in taken:
                raise Malformed(f"a second entry has this {key}: rename or delete one")
            taken.add((key, table[key]))
            if isinstance(entry, Equivalent):
                equivalents.append(entry)
                continue
            source, file = _source(entry, reference, exercise.solution)
            if _code(source) == code:
                raise Malformed("its code is the reference's: change it, or delete this entry")
            if isinstance(entry, _MistakeEntry):
                more = (entry.caught_by, entry.hint, file, entry.costs_only)
                mistakes.append(Mistake(entry.name, source, *more))
            else:
                accepted.append(Accepted(entry.name, source, file))
    return Variants(tuple(mistakes), tuple(accepted), tuple(equivalents))


def _tables(data: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The tables of the file, each with its kind."""
    if unknown := sorted(data.keys() - KINDS):
        raise Malformed(
            f"unknown entries: {', '.join(unknown)};"
            " it holds [[mistake]], [[accepted]] and [[equivalent]] only"
        )
    for kind in KINDS:
        tables = data.get(kind, [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            raise Malformed(f"write {kind} as tables, each under its own [[{kind}]]")
        yield from ((kind, table) for table in tables)


def _source(entry: _Entry, text: str, folder: Path) -> tuple[str, Path | None]:
    """The text of a variant, and its file if it is not an edit of the reference's ``text``."""
    is_edit = entry.find is not None and entry.replace is not None
    ways = [is_edit, entry.edits is not None, entry.file is not None]
    if sum(ways) != 1 or (entry.find is None) != (entry.replace is None):
        raise Malformed("say how it differs, in one way: find and replace, edits, or file")
    if entry.file is not None:
        file = folder / entry.file
        if not file.resolve().is_relative_to(folder.resolve()):
            raise Malformed(f"{file} is outside of the solution's folder: move it in")
        with explained_to_author(file):
            return file.read_text("utf-8"), file
    edits = entry.edits or (_Edit(entry.find or "", entry.replace or ""),)
    places = sorted((_place(text, edit.find), edit.find, edit.replace) for edit in edits)
    pieces, end = [], 0
    for start, find, replace in places:
        if start < end:
            raise Malformed("two of its edits overlap: make one of them")
        pieces += [text[end:start], replace]
        end = start + len(find)
    return "".join([*pieces, text[end:]]), None


def _place(text: str, find: str) -> int:
    """Where an edit applies in ``text``: at the one place that it finds."""
    starts = [match.start() for match in re.finditer(f"(?={re.escape(find)})", text)]
    if not starts:
        raise Malformed(
            f"find = {find!r} no longer matches: copy it from reference.py as it is now"
        )
    if len(starts) > 1:
        raise Malformed(f"find = {find!r} matches {len(starts)} times: make it longer")
    return starts[0]


def _code(source: str) -> CodeType:
    """What ``source`` compiles to, whatever its comments and layout."""
    return _without_lines(compile(source, "solution", "exec", dont_inherit=True))


def _without_lines(code: CodeType) -> CodeType:
    consts = (_without_lines(one) if isinstance(one, CodeType) else one for one in code.co_consts)
    return code.replace(co_firstlineno=1, co_linetable=b"", co_consts=tuple(consts))
