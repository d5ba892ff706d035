"""Functions of the C library that Python has no name for."""

from __future__ import annotations

import ctypes
import functools
import os


def call(function: str, *arguments: int | bytes | None) -> int:
    """What the function returns; ``OSError`` when that is -1."""
    whole = (ctypes.c_long(item) if isinstance(item, int) else item for item in arguments)
    result: int = getattr(_libc(), function)(*whole)
    if result == -1:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


@functools.cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
