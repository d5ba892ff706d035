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


def read_variants(exercise: Exercise) -> Variants:
    """Read the exercise's ``variants.toml`` and apply every variant to its reference.

    Raises ``VariantError``, with a sentence that tells the author what to mend.
    """
    path = exercise.solution / "variants.toml"
    try:
        data = tomllib.loads(_text(path))
    except tomllib.TOMLDecodeError as error:
        raise VariantError(f"{path}: {error}") from error
    if unknown := sorted(set(data) - {"mistake", "accepted", "equivalent"}):
        raise VariantError(
            f"{path}: unknown entries: {', '.join(unknown)};"
            " it holds [[mistake]], [[accepted]] and [[equivalent]] only"
        )
    reference = _Reference(exercise.reference)
    names: set[str] = set()
    return Variants(
        mistakes=tuple(
            Mistake(
                name=table.name(names),
                caught_by=table.take("caught_by"),
                hint=table.take("hint"),
                costs_only=table.flag("costs_only"),
                **table.variant_of(reference),
            )
            for table in _tables(path, data, "mistake", "name")
        ),
        accepted=tuple(
            Accepted(name=table.name(names), **table.variant_of(reference))
            for table in _tables(path, data, "accepted", "name")
        ),
        equivalents=tuple(
            Equivalent(mutant=table.name(names), reason=table.take("reason"))
            for table in _tables(path, data, "equivalent", "mutant")
        ),
    )


class _Reference:
    """The text that the variants edit, and what its code is."""

    def __init__(self, path: Path) -> None:
        self.folder = path.parent
        self.text = _text(path)
        self.code = _code(self.text, str(path))


class _Table:
    """One table of ``variants.toml``: its entries, each taken once and checked."""

    def __init__(self, path: Path, kind: str, key: str, data: dict[str, Any]) -> None:
        self.where = f"{path}: {kind} {data.get(key, '')!r}"
        self.kind, self.key, self.data = kind, key, dict(data)

    def error(self, message: str) -> VariantError:
        return VariantError(f"{self.where}: {message}")

    def take(self, entry: str) -> str:
        value = self.data.pop(entry, None)
        if not isinstance(value, str) or not value.strip():
            raise self.error(f'{entry!r} is missing: write {entry} = "…"')
        return value

    def flag(self, entry: str) -> bool:
        value = self.data.pop(entry, False)
        if not isinstance(value, bool):
            raise self.error(f"{entry} is true or false")
        return value

    def name(self, taken: set[str]) -> str:
        """The name of the table, which nothing else in the file may have."""
        name = self.take(self.key)
        if name in taken:
            raise self.error(f"a second entry has this {self.key}: rename or delete one of them")
        taken.add(name)
        return name

    def done(self) -> None:
        if self.data:
            raise self.error(f"unknown entries: {', '.join(sorted(self.data))}")

    def variant_of(self, reference: _Reference) -> dict[str, Any]:
        """The ``source`` of this variant, and its ``file`` if it has one."""
        ways = sorted({"find", "edits", "file"} & set(self.data))
        if len(ways) != 1:
            raise self.error("say how it differs, in one way: find and replace, edits, or file")
        file = None
        if ways == ["file"]:
            file = self._file(reference.folder)
            source = _text(file)
        else:
            source = self._edited(reference.text)
        if _code(source, self.where) == reference.code:
            raise self.error("its code is the reference's: change it, or delete this entry")
        return {"source": source, "file": file}

    def _file(self, folder: Path) -> Path:
        path = folder / self.take("file")
        if not path.resolve().is_relative_to(folder.resolve()):
            raise self.error(f"{path} is outside of the solution's folder: move it there")
        return path

    def _edited(self, text: str) -> str:
        edits = self.data.pop("edits", None)
        if edits is None:
            edits = [{key: self.data.pop(key) for key in ("find", "replace") if key in self.data}]
        if not isinstance(edits, list):
            raise self.error('edits is a list: edits = [{find = "…", replace = "…"}, …]')
        pieces, end = [], 0
        for start, stop, replace in sorted(self._span(text, edit) for edit in edits):
            if start < end:
                raise self.error("two of its edits overlap: make one of them")
            pieces += [text[end:start], replace]
            end = stop
        return "".join([*pieces, text[end:]])

    def _span(self, text: str, edit: object) -> tuple[int, int, str]:
        """Where ``edit`` applies in ``text``, from and to, and what stands there afterwards."""
        match edit:
            case {"find": str(find), "replace": str(replace), **more} if find and not more:
                pass
            case _:
                raise self.error('an edit is a find = "…" and a replace = "…", nothing else')
        starts = [match.start() for match in re.finditer(f"(?={re.escape(find)})", text)]
        if not starts:
            raise self.error(
                f"find = {find!r} no longer matches: copy it from reference.py as it is now"
            )
        if len(starts) > 1:
            raise self.error(f"find = {find!r} matches {len(starts)} times: make it longer")
        return starts[0], starts[0] + len(find), replace


def _tables(path: Path, data: dict[str, Any], kind: str, key: str) -> Iterator[_Table]:
    """The ``[[kind]]`` tables, in order; what the caller left in one is an error."""
    entries = data.get(kind, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise VariantError(f"{path}: write {kind} as tables, each under its own [[{kind}]]")
    for entry in entries:
        table = _Table(path, kind, key, entry)
        yield table
        table.done()


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
