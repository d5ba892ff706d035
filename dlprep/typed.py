"""JSON of any origin, read as the plain data that it must be."""

from __future__ import annotations

from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints


class Malformed(Exception):  # noqa: N818 - what it is
    """The data is not of that type; the text says which part of it is not."""


def read_as(kind: Any, data: Any, name: str) -> Any:
    """``data``, which messages call ``name``, as a value of the type ``kind``.

    A type is text, a number, ``Literal`` texts, or of such types ``X | None``, a tuple, a dict by
    text, a dataclass. What a dataclass has no field for is skipped. ``Malformed`` if it is another.
    """
    if type(data) is kind or (kind is float and type(data) is int):
        return data
    form, inner = _form(kind)
    if form is UnionType:
        return None if data is None else read_as(inner[0], data, name)
    if form is Literal and type(data) is str and data in inner:
        return inner[inner.index(data)]  # the one text, however often it is read
    if form is dict and type(data) is dict:
        return {key: read_as(inner[1], one, f"{name}.{key}") for key, one in data.items()}
    if (
        form is tuple
        and type(data) in (list, tuple)
        and (inner[-1] is ... or len(data) == len(inner))
    ):
        return tuple(read_as(inner[0], one, name) for one in data)
    if form is fields and type(data) is dict:
        return kind(
            **{
                field: read_as(hint, data.get(field, MISSING), f"{name}.{field}")
                for field, hint, required in inner
                if required or field in data
            }
        )
    raise Malformed(f"{name.removeprefix('.')!r} is missing or not as it must be")


@cache
def _form(kind: Any) -> tuple[Any, tuple[Any, ...]]:
    """What a type is made of; a dataclass of fields: name, type, and whether it must be there."""
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        found = ((one.name, hints[one.name], one.default is MISSING) for one in fields(kind))
        return fields, tuple(found)
    return get_origin(kind), get_args(kind)
