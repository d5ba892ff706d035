"""Variants of a reference solution: the known mistakes, and the other right ways to write it.

``solutions/<slug>/variants.toml`` gives most of them as edits, so that a variant shows precisely
what differs. An edit must match the reference exactly once: it cannot rot unseen.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import CodeType
from typing import Any

from dlprep.catalog import Exercise, explained_to_author
from dlprep.typed import Malformed, read_as

PRIVATE = re.compile(r"\b_(?!\w*__$)")


@dataclass(frozen=True, slots=True)
class Edit:
    """Text of the reference that stands there once, and what takes its place."""

    find: str
    replace: str


@dataclass(frozen=True, slots=True)
class Spelling:
    """One way to write a mistake: the whole text of the solution, and its edits if it has any."""

    source: str
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class Mistake:
    """A wrong solution that its own case must catch; ``hint`` is the sentence that a user reads.

    ``spellings`` are the ways to write it that are known; ``file`` is where the first one lies
    when it is not an edit. ``costs_only``: its answers are right, but too expensive, so that no
    plain test shows it.
    """

    name: str
    spellings: tuple[Spelling, ...]
    caught_by: str
    hint: str
    file: Path | None = None
    costs_only: bool = False

    @property
    def source(self) -> str:
        """The whole text of the solution, in its first spelling."""
        return self.spellings[0].source

    def is_caught_by(self, case: str) -> bool:
        """Whether ``caught_by`` is this case: by its whole name, or without its parameters."""
        return self.caught_by in (f"test_{case}", f"test_{case}".partition("[")[0])


@dataclass(frozen=True, slots=True)
class Accepted:
    """A right solution, written differently from the reference: every core case must pass it.

    A ``polished`` one passes every case.
    """

    name: str
    source: str
    file: Path | None = None
    polished: bool = False


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
class _Difference:
    """How a variant differs from the reference, in one of three ways; ``also`` in which others."""

    find: str | None = None
    replace: str | None = None
    edits: tuple[Edit, ...] | None = None
    file: str | None = None
    also: tuple[tuple[Edit, ...], ...] = ()


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
                table = _with_sources(kind, table, reference, exercise.solution, code)
            found[kind].append(read_as(KINDS[kind], table, strict=True))
            if (key, table[key]) in taken:
                raise Malformed(f"a second entry has this {key}: rename or delete one")
            taken.add((key, table[key]))
    mistakes, accepted, equivalents = map(tuple, found.values())
    return Variants(mistakes, accepted, equivalents)


def _with_sources(
    kind: str, table: dict[str, Any], text: str, folder: Path, code: CodeType
) -> dict[str, Any]:
    """The entry with its whole sources (and its file, if it has one) instead of the differences.

    ``text`` is the reference's, ``code`` what it compiles to.
    """
    if unknown := table.keys() & {"source", "spellings"}:
        raise Malformed(f"unknown entries: {', '.join(unknown)}")
    given = {key: value for key, value in table.items() if key in _Difference.__slots__}
    rest = {key: value for key, value in table.items() if key not in given}
    if given.keys() - {"also"} not in ({"find", "replace"}, {"edits"}, {"file"}):
        raise Malformed("say how it differs, in one way: find and replace, edits, or file")
    how: _Difference = read_as(_Difference, given, strict=True)
    edits = how.edits or (Edit(how.find or "", how.replace or ""),)
    if how.file is not None:
        rest["file"] = file = folder / how.file
        if not file.resolve().is_relative_to(folder.resolve()):
            raise Malformed(f"{file} is outside of the solution's folder: move it in")
        with explained_to_author(file):
            spellings = [Spelling(file.read_text("utf-8"))]
    else:
        spellings = [Spelling(edited(text, edits), edits)]
    spellings += [Spelling(edited(text, other), other) for other in how.also]
    known = [code]
    for one in spellings:
        if (its := _code(one.source)) in known:
            same = "an earlier spelling's" if known.index(its) else "the reference's"
            raise Malformed(f"its code is {same}: change it, or delete this entry")
        known.append(its)
    if kind == "mistake":
        return rest | {"spellings": tuple(spellings)}
    if how.also:
        raise Malformed("only a mistake can have other spellings: make it an entry of its own")
    return rest | {"source": spellings[0].source}


def edited(text: str, edits: Sequence[Edit]) -> str:
    """``text`` after all the edits; ``Malformed`` if one does not apply, or two overlap."""
    places = sorted((_place(text, edit.find), edit.find, edit.replace) for edit in edits)
    pieces, end = [], 0
    for start, find, replace in places:
        if start < end:
            raise Malformed("two of its edits overlap: make one of them")
        pieces += [text[end:start], replace]
        end = start + len(find)
    return "".join([*pieces, text[end:]])


def _place(text: str, find: str) -> int:
    """Where an edit applies in ``text``: at the one place that it finds."""
    starts = [match.start() for match in re.finditer(f"(?={re.escape(find)})", text)]
    if len(starts) == 1:
        return starts[0]
    advice = "make it longer" if starts else "copy it from reference.py as it is now"
    raise Malformed(f"find = {find!r} matches {len(starts)} times: {advice}")


@lru_cache(maxsize=1024)
def differing(reference: str, source: str) -> tuple[str, ...]:
    """The public functions (``Class.method``) of the reference that ``source`` changes.

    A private function counts as those that use it. Empty when no function differs.
    """
    ours, theirs = _functions(reference), _functions(source)
    changed = {name for name, code in ours.items() if theirs.get(name) != code}
    for _ in ours:  # as often as one function may lead to another
        private = {f"'{name.rpartition('.')[2]}'" for name in changed if PRIVATE.search(name)}
        changed |= {name for name, code in ours.items() if any(one in code for one in private)}
    return tuple(name for name in ours if name in changed and not PRIVATE.search(name))


@lru_cache(maxsize=16)  # the reference, which is compared with every variant
def _functions(source: str) -> dict[str, str]:
    """The functions and methods of a text: their code, without docstring and layout."""
    found = {}
    for node in ast.parse(source).body:
        prefix = f"{node.name}." if isinstance(node, ast.ClassDef) else ""
        for item in node.body if isinstance(node, ast.ClassDef) else [node]:
            if isinstance(item, ast.FunctionDef):
                if ast.get_docstring(item) is not None:
                    del item.body[0]
                found[prefix + item.name] = ast.dump(item)
    return found


def _code(source: str) -> CodeType:
    """What ``source`` compiles to, whatever its comments and layout."""
    return _without_lines(compile(source, "solution", "exec", dont_inherit=True))


def _without_lines(code: CodeType) -> CodeType:
    consts = (_without_lines(one) if isinstance(one, CodeType) else one for one in code.co_consts)
    return code.replace(co_firstlineno=1, co_linetable=b"", co_consts=tuple(consts))
