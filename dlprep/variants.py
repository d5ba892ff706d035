"""Variants of a reference solution: the known mistakes, and the other right ways to write it.

``solutions/<slug>/variants.toml`` gives most of them as edits, so that a variant shows precisely
what differs. An edit must match the reference exactly once: it cannot rot unseen.
"""

from __future__ import annotations

import re
import tomllib
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


@dataclass(frozen=True, slots=True)
class _Difference:
    """How a variant differs from the reference, in one of three ways."""

    find: str | None = None
    replace: str | None = None
    edits: tuple[_Edit, ...] | None = None
    file: str | None = None


Tables = dict[str, tuple[dict[str, Any], ...]]  # the entries of each kind
KINDS = {"mistake": Mistake, "accepted": Accepted, "equivalent": Equivalent}


def read_variants(exercise: Exercise) -> Variants:
    """Read the exercise's ``variants.toml`` and apply every variant to its reference.

    Raises ``CatalogError``, with a sentence that tells the author what to change.
    """
    with explained_to_author(exercise.reference):
        reference = exercise.reference.read_text("utf-8")
        code = _code(reference)
    path = exercise.solution / "variants.toml"
    with explained_to_author(path):
        data = tomllib.loads(path.read_text("utf-8"))
        if unknown := sorted(data.keys() - KINDS):
            said = "it holds [[mistake]], [[accepted]] and [[equivalent]] only"
            raise Malformed(f"unknown entries: {', '.join(unknown)}; {said}")
        tables: Tables = read_as(Tables, data)
    found: dict[str, list[Any]] = {kind: [] for kind in KINDS}
    taken = set()
    for kind, table in [(one, table) for one in KINDS for table in tables.get(one, ())]:
        key = "mutant" if kind == "equivalent" else "name"
        with explained_to_author(f"{path}: {kind} {table.get(key, '')!r}"):
            for field, text in table.items():
                if field != "replace" and isinstance(text, str) and not text.strip():
                    raise Malformed(f"{field!r} is empty")
            if kind != "equivalent":
                table = _with_source(table, reference, exercise.solution)
                if _code(table["source"]) == code:
                    raise Malformed("its code is the reference's: change it, or delete this entry")
            found[kind].append(read_as(KINDS[kind], table, strict=True))
            if (key, table[key]) in taken:
                raise Malformed(f"a second entry has this {key}: rename or delete one")
            taken.add((key, table[key]))
    mistakes, accepted, equivalents = map(tuple, found.values())
    return Variants(mistakes, accepted, equivalents)


def _with_source(table: dict[str, Any], text: str, folder: Path) -> dict[str, Any]:
    """The entry with its whole source (and its file, if it has one) instead of the difference.

    ``text`` is the reference's.
    """
    if "source" in table:
        raise Malformed("unknown entries: source")
    given = {key: value for key, value in table.items() if key in _Difference.__slots__}
    rest = {key: value for key, value in table.items() if key not in given}
    if set(given) not in ({"find", "replace"}, {"edits"}, {"file"}):
        raise Malformed("say how it differs, in one way: find and replace, edits, or file")
    how: _Difference = read_as(_Difference, given, strict=True)
    if how.file is not None:
        file = folder / how.file
        if not file.resolve().is_relative_to(folder.resolve()):
            raise Malformed(f"{file} is outside of the solution's folder: move it in")
        with explained_to_author(file):
            return rest | {"source": file.read_text("utf-8"), "file": file}
    edits = how.edits or (_Edit(how.find or "", how.replace or ""),)
    places = sorted((_place(text, edit.find), edit.find, edit.replace) for edit in edits)
    pieces, end = [], 0
    for start, find, replace in places:
        if start < end:
            raise Malformed("two of its edits overlap: make one of them")
        pieces += [text[end:start], replace]
        end = start + len(find)
    return rest | {"source": "".join([*pieces, text[end:]])}


def _place(text: str, find: str) -> int:
    """Where an edit applies in ``text``: at the one place that it finds."""
    starts = [match.start() for match in re.finditer(f"(?={re.escape(find)})", text)]
    if len(starts) == 1:
        return starts[0]
    advice = "make it longer" if starts else "copy it from reference.py as it is now"
    raise Malformed(f"find = {find!r} matches {len(starts)} times: {advice}")


def _code(source: str) -> CodeType:
    """What ``source`` compiles to, whatever its comments and layout."""
    return _without_lines(compile(source, "solution", "exec", dont_inherit=True))


def _without_lines(code: CodeType) -> CodeType:
    consts = (_without_lines(one) if isinstance(one, CodeType) else one for one in code.co_consts)
    return code.replace(co_firstlineno=1, co_linetable=b"", co_consts=tuple(consts))
