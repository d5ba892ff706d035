"""Loops in C become visible to a count of lines.

``map`` with a function of NumPy's loops without a line of Python. The stand-ins here put a Python
function of one line around what is called for each item. ``np.vectorize`` and
``np.apply_along_axis`` need none: they loop in NumPy's own Python, or by ``np.frompyfunc``.
"""

from __future__ import annotations

import builtins
import functools
import itertools
from collections.abc import Callable
from typing import Any


def install() -> dict[str, Any]:
    """Put the stand-ins into their modules; those of built-in names are returned."""
    import numpy as np
    import numpy.lib._function_base_impl as home_of_vectorize

    for name in ("dropwhile", "filterfalse", "starmap", "takewhile"):
        setattr(itertools, name, _stand_in(getattr(itertools, name)))
    itertools.accumulate = _accumulate(itertools.accumulate)  # type: ignore[misc]
    functools.reduce = _around(functools.reduce)
    frompyfunc = _around(np.frompyfunc)
    for module in (np, home_of_vectorize):
        vars(module)["frompyfunc"] = frompyfunc
    return {"filter": _stand_in(builtins.filter), "map": _stand_in(builtins.map)}


def _counted(function: Any) -> Any:
    """``function`` with a line of Python around it; what cannot be called stays as it is."""
    if not callable(function):
        return function

    def item(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return item


def _stand_in(kind: Any) -> Any:
    """A subclass, for ``isinstance`` still works, that counts its first argument's calls."""

    def new(cls: Any, function: Any, *args: Any, **kwargs: Any) -> Any:
        return kind.__new__(cls, _counted(function), *args, **kwargs)

    return type(kind.__name__, (kind,), {"__new__": new, "__module__": kind.__module__})


def _accumulate(kind: Any) -> Any:
    def new(cls: Any, iterable: Any, func: Any = None, **kwargs: Any) -> Any:
        return kind.__new__(cls, iterable, _counted(func), **kwargs)

    return type(kind.__name__, (kind,), {"__new__": new, "__module__": kind.__module__})


def _around(call: Callable[..., Any]) -> Any:
    @functools.wraps(call)
    def stand_in(function: Any, *args: Any, **kwargs: Any) -> Any:
        return call(_counted(function), *args, **kwargs)

    return stand_in
