"""Values as Python source that makes them again, to the last bit, in lines that fit a page.

A value is read as it travels (see ``dlprep.sandbox.wire``), so an array keeps its layout, and a
generator its state.
"""

from __future__ import annotations

import base64
import cmath
import math
import textwrap
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dlprep.sandbox import wire

WIDTH = 96
MOST_WRITTEN = 400  # elements of an array; those of a larger one are compressed
FULL = 8  # elements up to which an array of equal ones is written as any other
SAMPLE = 256  # elements of an array of which the sizes alone matter


@dataclass(frozen=True, slots=True)
class Branch:
    """Source with parts in it that may stand on lines of their own; a leaf is a ``str``."""

    opens: str
    parts: Sequence[str | Branch]
    closes: str


Tree = str | Branch


class Unwritable(Exception):  # noqa: N818 - says what it is about the value
    """A value that has no source."""


@dataclass
class Literals:
    """Writes values; ``names`` are those of what a submission keeps, ``functions`` of callables.

    ``helpers`` collects the names of the ``HELPERS`` that the text needs. With ``forms`` the sizes
    of arrays matter and their values do not.
    """

    names: Mapping[int, str] = field(default_factory=dict)
    functions: Mapping[int, str] = field(default_factory=dict)
    helpers: set[str] = field(default_factory=set)
    forms: bool = False

    def value(self, value: Any) -> Tree:
        """The source of plain data of the judge's own."""
        arrays: list[Any] = []
        return self.tree(wire.Codec().encode(value, arrays), arrays)

    def tree(self, node: Any, arrays: Sequence[Any]) -> Tree:
        """The source of a value that was encoded for the wire."""
        if node is None or isinstance(node, (bool, int, str)):
            return repr(node)
        if isinstance(node, float):
            return _float(node)
        tag, content = next(iter(node.items()))
        match tag:
            case "array":
                return self._laid_out(self.array(arrays[content]), node)
            case "scalar":
                value = arrays[content][()]
                kind = "bool_" if value.dtype.kind == "b" else value.dtype.name
                return f"np.{kind}({_element(value)})"
            case "bytes":
                return repr(arrays[content].tobytes())
            case "complex":
                return _complex(complex(*content))
            case "list":
                return Branch("[", [self.tree(item, arrays) for item in content], "]")
            case "tuple":
                items = [self.tree(item, arrays) for item in content]
                return Branch("(", items, ",)" if len(items) == 1 else ")")
            case "dict":
                return Branch("{", [self._entry(pair, arrays) for pair in content], "}")
            case "generator":
                return self._help("generator", [self.value(content)])
            case "object" if content in self.names:
                return self.names[content]
            case "callable" if content in self.functions:
                return self.functions[content]
        raise Unwritable(f"{tag} has no source")

    def array(self, array: np.ndarray[Any, Any]) -> Tree:
        """The source of an array in C order."""
        shape = repr(array.shape)
        kind = "" if array.dtype in (np.float64, np.int64, np.bool_) else _dtype(array.dtype)
        dtype = [f"dtype={kind}"] if kind else []
        if not array.size:
            return Branch("np.zeros(", [shape, f"dtype={_dtype(array.dtype)}"], ")")
        if array.size > FULL and array.tobytes() == array.size * array.flat[0].tobytes():
            return Branch("np.full(", [shape, _element(array.flat[0]), *dtype], ")")
        if self.forms and array.size > SAMPLE:
            first = np.ascontiguousarray(array).reshape(-1)[:SAMPLE]
            return Branch("np.resize(", [self.array(first), shape], ")")
        if array.size > MOST_WRITTEN:
            text = base64.b64encode(zlib.compress(np.ascontiguousarray(array).tobytes(), 9))
            lines = textwrap.indent("\n".join(textwrap.wrap(text.decode(), WIDTH - 8)), " " * 8)
            packed = f'"""\n{lines}\n    """'
            return self._help("unpacked", [packed, repr(array.dtype.str), *map(str, array.shape)])
        return Branch("np.array(", [_nested(array), *dtype], ")")

    def _entry(self, pair: Sequence[Any], arrays: Sequence[Any]) -> Tree:
        before, tree = flat(self.tree(pair[0], arrays)), self.tree(pair[1], arrays)
        if isinstance(tree, str):
            return f"{before}: {tree}"
        return Branch(f"{before}: {tree.opens}", tree.parts, tree.closes)

    def _laid_out(self, tree: Tree, node: Mapping[str, Any]) -> Tree:
        match node.get("layout"):
            case "F":
                tree = Branch("np.asfortranarray(", [tree], ")")
            case "strided":
                tree = self._help("strided", [tree])
        return self._help("read_only", [tree]) if node.get("frozen") else tree

    def _help(self, name: str, parts: Sequence[Tree]) -> Branch:
        self.helpers.add(name)
        return Branch(f"{name}(", parts, ")")


def flat(tree: Tree) -> str:
    """The source on one line, unless a part has several."""
    if isinstance(tree, str):
        return tree
    return f"{tree.opens}{', '.join(map(flat, tree.parts))}{tree.closes}"


def written(tree: Tree, indent: int = 0, used: int = 0) -> str:
    """The source, wrapped; ``used`` characters stand before it on its first line."""
    text = flat(tree)
    if isinstance(tree, str) or ("\n" not in text and indent + used + len(text) <= WIDTH):
        return text
    if len(tree.parts) == 1 and isinstance(tree.parts[0], Branch) and "\n" not in text:
        inner = tree.parts[0]  # f([...]) rather than f(, [...], )
        return written(
            Branch(tree.opens + inner.opens, inner.parts, inner.closes + tree.closes), indent, used
        )
    deeper, margin = indent + 4, " " * (indent + 4)
    if all(isinstance(part, str) and "\n" not in part for part in tree.parts):
        body = list(_filled([flat(part) for part in tree.parts], WIDTH - deeper))
    else:
        body = [f"{written(part, deeper)}," for part in tree.parts]
    lines = "".join(f"{margin}{line}\n" for line in body)
    return f"{tree.opens}\n{lines}{' ' * indent}{tree.closes.lstrip(',')}"


def _filled(parts: Sequence[str], width: int) -> Iterator[str]:
    line = ""
    for part in parts:
        if line and len(line) + len(part) + 2 > width:
            yield line
            line = ""
        line = f"{line} {part}," if line else f"{part},"
    yield line


def _nested(array: Any) -> Tree:
    if not array.ndim:
        return _element(array[()])
    return Branch("[", [_nested(np.asarray(part)) for part in array], "]")


def _element(value: Any) -> str:
    """A number of NumPy's, such that its dtype reads it back to the last bit."""
    match value.dtype.kind:
        case "f":
            short = str(value)  # as few digits as this dtype needs
            if np.isfinite(value) and value.dtype.type(float(short)) == value:
                return _float(float(short)) if value.dtype == np.float64 else short
            return _float(float(value))
        case "c":
            return _complex(complex(value))
    return repr(value.item())


def _float(value: float) -> str:
    if math.isfinite(value):
        return repr(value)
    return "np.nan" if math.isnan(value) else "np.inf" if value > 0 else "-np.inf"


def _complex(value: complex) -> str:
    if cmath.isfinite(value) and complex(repr(value)) == value:
        return repr(value)
    return f"complex({_float(value.real)}, {_float(value.imag)})"


def _dtype(dtype: np.dtype[Any]) -> str:
    if not dtype.isnative:
        return repr(dtype.str)
    return "bool" if dtype.kind == "b" else f"np.{dtype.name}"


def printable(text: str) -> str:
    """Text for a comment or a quoted string: nothing that ends either, and nothing invisible."""
    return "".join(c if c.isprintable() and c not in '"\\\\' else "?" for c in text)
