"""The rows that are left in a damaged SQLite file, read page by page and without SQLite.

SQLite finds a table's rows from its first page downwards, and gives up at a page that is damaged.
But the rows themselves are in leaves, and a leaf can be read alone, whatever became of the rest.
Sections 1 and 2 of https://sqlite.org/fileformat2.html are what is read here.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

Value = None | int | float | str | bytes
Row = tuple[int, list[Value]]  # its number, and its columns; INTEGER PRIMARY KEY is None in them

_MAGIC = b"SQLite format 3\0"
_TABLE_LEAF = 13
_INTEGERS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}  # serial type: bytes


@dataclass(frozen=True, slots=True)
class Header:
    """What the first bytes of the file say; what dlprep's files have, where these are lost."""

    page: int = 4096  # bytes
    reserved: int = 0  # bytes at the end of each page
    version: int | None = None  # as in ``pragma user_version``


def read_header(path: Path) -> Header:
    """The header of the file, as far as it can be believed."""
    with path.open("rb") as file:
        start = file.read(100)
    if len(start) < 100 or not start.startswith(_MAGIC):
        return Header()
    (page,) = struct.unpack_from(">H", start, 16)
    page = 65536 if page == 1 else page
    if page < 512 or page & (page - 1):
        return Header()
    (version,) = struct.unpack_from(">I", start, 60)
    return Header(page, start[20], version)


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of all tables, as they lie in the file; what cannot be read is left out.

    A row does not say of which table it is. One that was changed may also come as it was before.
    """
    header, size = read_header(path), path.stat().st_size
    with path.open("rb") as file:
        for number in range(1, size // header.page + 1):
            leaf = _Leaf(file, header, number, size)
            for cell in leaf.cells():
                with suppress(ValueError, IndexError, struct.error):
                    yield leaf.row(cell)


class _Leaf:
    """One page, and the rows in it if it is the leaf of a table."""

    def __init__(self, file: BinaryIO, header: Header, number: int, size: int) -> None:
        self._file, self._size, self._page = file, size, header.page
        self._usable = header.page - header.reserved
        self._start = 100 if number == 1 else 0  # the file's header is in the first page
        self._data = self._read(number)

    def cells(self) -> list[int]:
        """Where in the page its rows begin."""
        kind, _, count = struct.unpack_from(">BHH", self._data, self._start)
        if kind != _TABLE_LEAF or count > self._page // 4:
            return []
        return list(struct.unpack_from(f">{count}H", self._data, self._start + 8))

    def row(self, cell: int) -> Row:
        """The row that begins there; ``ValueError`` and the like if none can be read."""
        length, at = _varint(self._data, cell)
        number, at = _varint(self._data, at)
        return number, _values(self._payload(length, at))

    def _payload(self, length: int, at: int) -> bytes:
        """The row's bytes: the first are in the page, more in a chain of other pages."""
        if not 0 < length <= self._size:  # nor is there an end to a chain that is a circle
            raise ValueError("no row is so long")
        usable, most = self._usable, self._usable - 35
        if length <= most:
            return self._data[at : at + length]
        least = (usable - 12) * 32 // 255 - 23
        here = least + (length - least) % (usable - 4)
        here = here if here <= most else least
        parts, left = [self._data[at : at + here]], length - here
        (following,) = struct.unpack_from(">I", self._data, at + here)
        while left > 0:
            data = self._read(following)
            (following,) = struct.unpack_from(">I", data)
            parts.append(data[4:usable][:left])
            left -= len(parts[-1])
        return b"".join(parts)

    def _read(self, number: int) -> bytes:
        if number < 1:
            raise ValueError("no page has this number")
        self._file.seek((number - 1) * self._page)
        data = self._file.read(self._page)
        if len(data) < self._page:
            raise ValueError("the page is not in the file")
        return data


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """An integer of one to nine bytes, and where the next thing begins."""
    value = 0
    for n in range(8):
        byte = data[at + n]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + n + 1
    value = value << 8 | data[at + 8]
    return value - (1 << 64) if value >> 63 else value, at + 9


def _values(payload: bytes) -> list[Value]:
    """The columns of a row; ``ValueError`` unless they fill the payload exactly."""
    end, at = _varint(payload, 0)
    values: list[Value] = []
    place = end
    while at < end:
        kind, at = _varint(payload, at)
        value, size = _value(kind, payload, place)
        values.append(value)
        place += size
    if at != end or place != len(payload):
        raise ValueError("the row is not whole")
    return values


def _value(kind: int, payload: bytes, at: int) -> tuple[Value, int]:
    """A column of this serial type, and its bytes."""
    if kind >= 12:
        size = (kind - 12) // 2
        part = payload[at : at + size]
        return (part.decode() if kind % 2 else part), size
    if kind in _INTEGERS:
        size = _INTEGERS[kind]
        return int.from_bytes(payload[at : at + size], "big", signed=True), size
    if kind == 7:
        return struct.unpack_from(">d", payload, at)[0], 8
    if kind in (8, 9):
        return kind - 8, 0
    if kind == 0:
        return None, 0
    raise ValueError("no column has this type")
