"""JSON and TOML of any origin, read as the plain data that it must be."""

from __future__ import annotations

from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

_WORDS = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}


class Malformed(ValueError):
    """The data is not of that type; the text says which part of it, and what it must be."""


def read_as(kind: Any, data: Any, name: str = "", *, strict: bool = False) -> Any:
    """Read ``data``, which messages call ``name``, as a value of the type ``kind``.

    A type is text, a number, ``Literal`` values, a path, ``Any``, or of such types ``X | None``, a
    tuple, a dict by text, a dataclass. ``Malformed`` if the data is of another type. Keys without
    a field of the dataclass are skipped; if ``strict``, they are malformed too.
    """
    if kind is Any or type(data) is kind or (kind is Path and isinstance(data, Path)):
        return data
    if kind is float and type(data) is int:
        return float(data)
    form, inner = _form(kind)
    within = f"{name}." if name else ""
    if form is UnionType:
        return None if data is None else read_as(inner[0], data, name, strict=strict)
    if form is Literal and type(data) in (str, int) and data in inner:
        return inner[inner.index(data)]  # the one text, however often it is read
    if form is dict and type(data) is dict:
        return {key: read_as(inner[1], one, f"{within}{key}") for key, one in data.items()}
    if (
        form is tuple
        and type(data) in (list, tuple)
        and (inner[-1] is ... or len(data) == len(inner))
    ):
        return tuple(read_as(inner[0], one, name, strict=strict) for one in data)
    if form is fields and type(data) is dict:
        if strict and (unknown := data.keys() - {field for field, _, _ in inner}):
            raise Malformed(f"unknown entries: {', '.join(sorted(unknown))}")
        return kind(
            **{
                field: read_as(hint, data.get(field, MISSING), f"{within}{field}", strict=strict)
                for field, hint, required in inner
                if required or field in data
            }
        )
    if data is MISSING:
        raise Malformed(f"{name!r} is missing")
    raise Malformed(f"{name!r} must be {_words(kind)}, not {data!r:.60}")


@cache
def _form(kind: Any) -> tuple[Any, tuple[Any, ...]]:
    """What a type is made of; a dataclass of fields: name, type, and whether it must be there."""
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        found = ((one.name, hints[one.name], one.default is MISSING) for one in fields(kind))
        return fields, tuple(found)
    return get_origin(kind), get_args(kind)


def _words(kind: Any) -> str:
    form, inner = _form(kind)
    if form is UnionType:
        return _words(inner[0])
    if form is Literal:
        return f"one of {', '.join(map(str, inner))}"
    return "a list" if form is tuple else _WORDS.get(kind, "a table")
