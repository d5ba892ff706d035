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

from dlprep.catalog import Exercise
from dlprep.errors import FaultError
from dlprep.typed import Malformed, read_as


class VariantError(FaultError):
    """``variants.toml``, or a file that it names, is wrong; the message says what to do."""


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

    Raises ``VariantError``, with a sentence that tells the author what to change.
    """
    path = exercise.solution / "variants.toml"
    try:
        data = tomllib.loads(_text(path))
    except tomllib.TOMLDecodeError as error:
        raise VariantError(f"{path}: {error}") from error
    if unknown := sorted(data.keys() - KINDS):
        raise VariantError(
            f"{path}: unknown entries: {', '.join(unknown)};"
            " it holds [[mistake]], [[accepted]] and [[equivalent]] only"
        )
    reference = _text(exercise.reference)
    code = _code(reference, str(exercise.reference))
    mistakes, accepted, equivalents = [], [], []
    for where, entry in _entries(path, data):
        if isinstance(entry, Equivalent):
            equivalents.append(entry)
            continue
        source, file = _source(entry, reference, exercise.solution, where)
        if _code(source, where) == code:
            raise VariantError(
                f"{where}: its code is the reference's: change it, or delete this entry"
            )
        if isinstance(entry, _MistakeEntry):
            more = entry.caught_by, entry.hint, file, entry.costs_only
            mistakes.append(Mistake(entry.name, source, *more))
        else:
            accepted.append(Accepted(entry.name, source, file))
    return Variants(tuple(mistakes), tuple(accepted), tuple(equivalents))


def _entries(path: Path, data: dict[str, Any]) -> Iterator[tuple[str, _Entry | Equivalent]]:
    """Each table of the file, and the words that messages about it begin with."""
    taken = set()
    for kind, form in KINDS.items():
        tables = data.get(kind, [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            raise VariantError(f"{path}: write {kind} as tables, each under its own [[{kind}]]")
        key = "mutant" if form is Equivalent else "name"
        for table in tables:
            where = f"{path}: {kind} {table.get(key, '')!r}"
            for entry, text in table.items():
                if entry != "replace" and isinstance(text, str) and not text.strip():
                    raise VariantError(f"{where}: {entry!r} is empty")
            try:
                found = read_as(form, table, strict=True)
            except Malformed as error:
                raise VariantError(f"{where}: {error}") from error
            if (key, table[key]) in taken:
                raise VariantError(f"{where}: a second entry has this {key}: rename or delete one")
            taken.add((key, table[key]))
            yield where, found


def _source(entry: _Entry, text: str, folder: Path, where: str) -> tuple[str, Path | None]:
    """The text of a variant, and its file if it is not an edit of the reference's ``text``."""
    is_edit = entry.find is not None and entry.replace is not None
    ways = [is_edit, entry.edits is not None, entry.file is not None]
    if sum(ways) != 1 or (entry.find is None) != (entry.replace is None):
        raise VariantError(
            f"{where}: say how it differs, in one way: find and replace, edits, or file"
        )
    if entry.file is not None:
        file = folder / entry.file
        if not file.resolve().is_relative_to(folder.resolve()):
            raise VariantError(f"{where}: {file} is outside of the solution's folder: move it in")
        return _text(file), file
    edits = entry.edits or (_Edit(entry.find or "", entry.replace or ""),)
    places = sorted((_place(text, edit, where), edit.find, edit.replace) for edit in edits)
    pieces, end = [], 0
    for start, find, replace in places:
        if start < end:
            raise VariantError(f"{where}: two of its edits overlap: make one of them")
        pieces += [text[end:start], replace]
        end = start + len(find)
    return "".join([*pieces, text[end:]]), None


def _place(text: str, edit: _Edit, where: str) -> int:
    """Where the edit applies in ``text``: at the one place that it finds."""
    starts = [match.start() for match in re.finditer(f"(?={re.escape(edit.find)})", text)]
    if not starts:
        raise VariantError(
            f"{where}: find = {edit.find!r} no longer matches:"
            " copy it from reference.py as it is now"
        )
    if len(starts) > 1:
        raise VariantError(
            f"{where}: find = {edit.find!r} matches {len(starts)} times: make it longer"
        )
    return starts[0]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise VariantError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise VariantError(f"{path} is not UTF-8 text: save it as UTF-8") from error


def _code(source: str, where: str) -> CodeType:
    """What ``source`` compiles to, whatever its comments and layout."""
    try:
        return _without_lines(compile(source, where, "exec", dont_inherit=True))
    except (SyntaxError, ValueError) as error:  # ValueError: a null byte
        line = f", line {error.lineno}" if isinstance(error, SyntaxError) else ""
        raise VariantError(f"{where} is not valid Python{line}: {error.args[0]}") from error


def _without_lines(code: CodeType) -> CodeType:
    return code.replace(
        co_filename="",
        co_firstlineno=1,
        co_linetable=b"",
        co_consts=tuple(
            _without_lines(const) if isinstance(const, CodeType) else const
            for const in code.co_consts
        ),
    )
