"""What a row of the record may hold: one from elsewhere is not believed unseen."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

_HALF = re.compile("[\ud800-\udfff]")  # half a character: UTF-8 has none
_HASH = re.compile("[0-9a-f]{64}")
_SEED = re.compile("-?[0-9]{1,1000}")


def flaw(row: Mapping[str, Any]) -> str:
    """The first column whose value no event of the record can have; empty if there is none.

    ``row`` is by the columns' names; those that it lacks are not missed. Any kind of event is
    one: a later version has more of them.
    """
    return next(
        (name for name, fits in _COLUMNS.items() if name in row and not fits(row[name])), ""
    )


def unpack(body: object, digest: object) -> bytes | None:
    """The text in the row of a text; None if it is not the one of this hash, or not whole."""
    from hashlib import sha256  # it loads OpenSSL: who lists exercises need not wait for that

    try:
        text = zlib.decompress(body)  # type: ignore[arg-type]
    except (zlib.error, TypeError):
        return None
    return text if sha256(text).hexdigest() == digest else None


def _is_number(value: object) -> bool:
    return type(value) is int and 0 < value < 1 << 40  # beyond is what a damaged page makes up


def _is_name(value: object) -> bool:
    return isinstance(value, str) and value != "" and not _HALF.search(value)


def _is_time(value: object) -> bool:
    """In UTC, as the record writes it, so that the order of such texts is that of the times."""
    if not isinstance(value, str) or len(value) != 29 or not value.endswith("+00:00"):
        return False
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return False
    # at the ends of the calendar there is no local time
    return 1 < at.year < 9999 and at.isoformat(timespec="milliseconds") == value


def _is_offset(value: object) -> bool:
    return type(value) is int and abs(value) <= 24 * 60


def _is_exercise(value: object) -> bool:
    return _is_name(value) and str(value).isidentifier() and str(value).isascii()


def _is_hash(value: object) -> bool:
    return isinstance(value, str) and _HASH.fullmatch(value) is not None


def _is_seed(value: object) -> bool:
    return isinstance(value, str) and _SEED.fullmatch(value) is not None


def _is_seconds(value: object) -> bool:
    return isinstance(value, (int, float)) and type(value) is not bool and abs(value) < 1e9


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value < 1 << 31


def _are_names(value: object) -> bool:
    """A JSON list of strings."""
    try:
        names = json.loads(value) if isinstance(value, str) else None
    except (ValueError, RecursionError):
        return False
    return isinstance(names, list) and all(map(_is_name, names))


def _or_null(fits: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: value is None or fits(value)


_COLUMNS: dict[str, Callable[[object], bool]] = {
    "id": _is_number,
    "uid": _is_name,
    "at": _is_time,
    "utc_offset": _is_offset,
    "exercise": _is_exercise,
    "kind": _is_name,
    "text_hash": _is_hash,
    "status": _or_null(_is_name),
    "seed": _or_null(_is_seed),
    "seconds": _or_null(_is_seconds),
    "passing": _or_null(_is_count),
    "total": _or_null(_is_count),
    "unwritten": _or_null(_is_count),
    "mistakes": _or_null(_are_names),
    "only_case": _or_null(_is_name),
}
