"""Frames over a pipe: a length, a JSON header, raw array bytes. Never pickle, never objects.

Both ends import this file, the worker without the rest of the package. Neither side trusts the
other: sizes, shapes and dtypes are checked before anything is allocated, and only plain data is
read. A value is a tree of JSON in which everything but None, bool, int, float and str is a dict
with one tag (``{"tuple": [...]}``). Arrays follow the header and are named by their position.
"""

from __future__ import annotations

import io
import json
import reprlib
import struct
from collections.abc import Iterable
from math import prod
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

MAX_HEADER = 8 << 20  # bytes of JSON
MAX_BODY = 256 << 20  # bytes of all arrays of a frame
MAX_ARRAYS = 65_536
MAX_KEYS = 10_000  # of a dict
MAX_KEY = 200  # characters and bytes in a key of a dict
MAX_DEPTH = 64  # of nested values; far below the parser's recursion limit
_LENGTH = struct.Struct(">I")
_DTYPES = "b1 i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8 c8 c16".split()  # noqa: SIM905 - in any byte order

Node = Any  # JSON
Message = dict[str, Any]  # JSON
Arrays = list[Any]
Frame = tuple[Message, Arrays]


class WireError(Exception):
    """The other side sent something that is not a frame, or exceeds the limits."""


class Unsendable(Exception):
    """A value that has no form on the wire."""


def pack(message: Message, arrays: Arrays) -> list[Any]:
    """The parts to write: a header, then the arrays. ``Unsendable`` if they exceed a limit."""
    announced = [[array.dtype.str, list(array.shape)] for array in arrays]
    try:
        header = json.dumps({**message, "arrays": announced}).encode("ascii")
        _require_fit(announced)
    except (ValueError, RecursionError, WireError) as error:  # an int of more than 4,300 digits
        raise Unsendable(str(error)) from error
    if len(header) > MAX_HEADER:
        raise Unsendable(f"more than {MAX_HEADER >> 20} MiB beside the arrays")
    return [_LENGTH.pack(len(header)) + header, *arrays]


def write_frame(stream: io.RawIOBase, parts: list[Any]) -> None:
    """Write what ``pack`` made."""
    import numpy as np

    header, *arrays = parts
    _write(stream, header)
    for array in arrays:
        if array.size:
            _write(stream, np.ascontiguousarray(array).reshape(-1).data.cast("B"))


def read_frame(stream: io.RawIOBase) -> Frame:
    """Read one frame. ``EOFError`` at the end of the stream, ``WireError`` if it is malformed."""
    (length,) = _LENGTH.unpack(_read(stream, _LENGTH.size))
    if length > MAX_HEADER:
        raise WireError(f"a header of {length} bytes")
    try:
        message = json.loads(_read(stream, length))
    except (ValueError, RecursionError) as error:
        raise WireError(f"a header that is not JSON: {error}") from error
    if not isinstance(message, dict):
        raise WireError("a header that is not an object")
    return message, _read_arrays(stream, message.pop("arrays", None))


def _read_arrays(stream: io.RawIOBase, announced: object) -> Arrays:
    if announced == []:
        return []  # an early worker says hello before NumPy is imported here
    import numpy as np

    arrays = []
    for dtype, shape in _require_fit(announced):
        try:
            array: np.ndarray[Any, Any] = np.empty(shape, dtype)
        except ValueError as error:  # no elements, but sides too long for NumPy
            raise WireError(f"an array of shape {shape}") from error
        if array.size:
            _fill(stream, array.reshape(-1).data.cast("B"))
        arrays.append(array)
    return arrays


def _require_fit(announced: object) -> list[tuple[str, tuple[int, ...]]]:
    """The dtypes and shapes of announced arrays; ``WireError`` if they exceed a limit."""
    if not isinstance(announced, list) or len(announced) > MAX_ARRAYS:
        raise WireError("no list of arrays")
    shapes = [_checked(entry) for entry in announced]
    total = sum(int(dtype[2:]) * prod(shape) for dtype, shape in shapes)
    if total > MAX_BODY:
        raise WireError(f"arrays of {total} bytes")
    return shapes


def _checked(entry: object) -> tuple[str, tuple[int, ...]]:
    """The dtype and shape of an announced array; ``WireError`` if we do not allow them."""
    match entry:
        case [str(dtype), list(shape)] if dtype[:1] in "<>|" and dtype[1:] in _DTYPES:
            if len(shape) <= 32 and all(type(n) is int and 0 <= n < 1 << 48 for n in shape):
                return dtype, tuple(shape)
    raise WireError(f"an array announced as {reprlib.repr(entry)}")


def _read(stream: io.RawIOBase, size: int) -> bytearray:
    buffer = bytearray(size)
    _fill(stream, memoryview(buffer))
    return buffer


def _fill(stream: io.RawIOBase, view: memoryview) -> None:
    done = 0
    while done < len(view):
        count = stream.readinto(view[done:])
        if not count:
            raise EOFError
        done += count


def _write(stream: io.RawIOBase, data: bytes | memoryview) -> None:
    view = memoryview(data)
    while view:
        view = view[stream.write(view) or 0 :]


class Codec:
    """Turns plain values into nodes and back. Each side adds references that only it knows."""

    def encode(self, value: Any, arrays: Arrays, depth: int = 0) -> Node:
        """The node of ``value``; its arrays are appended to ``arrays``.

        Types are compared exactly, so that no subclass passes for its base. Only tuples (named
        ones) and dicts (ordered ones) may be subclasses: they travel as plain tuples and dicts.
        """
        import numpy as np

        def parts(items: Iterable[Any]) -> list[Node]:
            return [self.encode(item, arrays, depth + 1) for item in items]

        kind = type(value)
        if value is None or kind in (bool, int, float, str):
            return value
        if depth > MAX_DEPTH:
            raise Unsendable("nested too deeply")
        if kind is np.ndarray and value.dtype.str[1:] in _DTYPES:
            if value.nbytes > MAX_BODY:
                raise Unsendable(f"an array of more than {MAX_BODY >> 20} MiB")
            arrays.append(value)
            return {"array": len(arrays) - 1, **self.layout(value)}
        if issubclass(kind, np.generic) and np.dtype(kind).str[1:] in _DTYPES:
            arrays.append(np.asarray(value))
            return {"scalar": len(arrays) - 1}
        if kind is complex:
            return {"complex": [value.real, value.imag]}
        if kind is bytes:
            arrays.append(np.frombuffer(value, np.uint8))
            return {"bytes": len(arrays) - 1}
        if kind is list:
            return {"list": parts(value)}
        if issubclass(kind, tuple):
            return {"tuple": parts(tuple.__iter__(value))}
        if issubclass(kind, dict):
            if dict.__len__(value) > MAX_KEYS or any(
                _length(key) > MAX_KEY for key in dict.keys(value)
            ):
                raise Unsendable("with too many keys, or a long one")
            return {"dict": [parts(pair) for pair in dict.items(value)]}
        return self.encode_reference(value, arrays)

    def decode(
        self, node: Node, arrays: Arrays, depth: int = 0, taken: set[int] | None = None
    ) -> Any:
        """The value of a node that the other side sent; ``WireError`` if it is malformed."""

        def parts(nodes: Iterable[Node]) -> list[Any]:
            return [self.decode(one, arrays, depth + 1, seen) for one in nodes]

        def take(content: object) -> Any:
            if type(content) is not int or content < 0 or content in seen:
                raise WireError("an invalid array index")
            seen.add(content)
            return arrays[content]

        # An array that is named often would make a huge value of a small frame.
        seen = set[int]() if taken is None else taken

        if node is None or isinstance(node, (bool, int, float, str)):
            return node
        if not isinstance(node, dict) or not node or depth > MAX_DEPTH:
            raise WireError(f"a value written as {reprlib.repr(node)}")
        tag, content = next(iter(node.items()))
        try:
            match tag:
                case "array":
                    return self.lay_out(take(content), node)
                case "scalar":
                    return take(content)[()]
                case "bytes":
                    return take(content).tobytes()
                case "complex":
                    return complex(*content)
                case "list":
                    return parts(content)
                case "tuple":
                    return tuple(parts(content))
                case "dict":
                    if len(content) > MAX_KEYS:
                        raise WireError(f"a dict of {len(content)} keys")
                    found = dict(map(parts, content))
                    if any(_length(key) > MAX_KEY for key in found):
                        raise WireError("a dict with a long key")
                    return found
            return self.decode_reference(tag, node)
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:
            raise WireError(f"a value written as {reprlib.repr(node)}") from error

    def layout(self, array: np.ndarray[Any, Any]) -> dict[str, Any]:
        """What to say about an array's layout in memory; nothing unless a side cares."""
        return {}

    def lay_out(self, array: np.ndarray[Any, Any], node: dict[str, Any]) -> Any:
        """The array with the layout that ``node`` asks for."""
        return array

    def encode_reference(self, value: Any, arrays: Arrays) -> Node:
        """The node of a value that only this side can hold; ``Unsendable`` if there is none."""
        raise Unsendable(type(value).__name__)

    def decode_reference(self, tag: str, node: dict[str, Any]) -> Any:
        """The value behind a reference that the other side sent."""
        raise WireError(f"an unknown tag {tag!r}")


def _length(key: object) -> int:
    """How long a key of a dict is, in characters, bytes and parts."""
    if isinstance(key, tuple):
        return len(key) + sum(map(_length, key))
    return len(key) if isinstance(key, (str, bytes)) else 0
