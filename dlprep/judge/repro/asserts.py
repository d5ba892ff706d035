"""What must hold of a value, as plain assertions: the criterion of ``dlprep.checks.values``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from dlprep.checks.values import EXACT, INTEGER, REAL, Tolerance
from dlprep.judge.repro.literals import Literals, flat, written

WORDS = {"<iterator>": 'hasattr(got, "__next__")'}  # what stays with a submission


def assigned(name: str, value: Any, literals: Literals) -> str:
    """``name = value``."""
    return f"{name} = {written(literals.value(value), used=len(name) + 3)}"


def require(
    expected: Any,
    tolerance: Callable[[Any], Tolerance],
    literals: Literals,
    other: str = "",
) -> Iterator[str]:
    """Statements that ``got`` is ``expected``, which is what ``other`` says where that is given.

    Of a tuple, list or dict its form alone: its parts are judged by themselves.
    """
    match expected:
        case None:
            yield "assert got is None, got"
        case str() if expected.startswith("<"):
            yield f"assert {WORDS.get(expected, 'got is not None')}, type(got)"
        case bool() | np.bool_():
            yield "assert isinstance(got, (bool, np.bool_)), type(got)"
            yield (
                f"assert got == {other}, got"
                if other
                else f"assert {'' if expected else 'not '}got"
            )
        case str() | bytes():
            yield f"assert got == {other or repr(expected)}, got"
        case tuple() | list():
            yield "assert isinstance(got, (tuple, list)), type(got)"
            yield f"assert len(got) == {len(expected)}, len(got)"
        case dict():
            keys = ", ".join(map(repr, expected))
            yield "assert isinstance(got, dict), type(got)"
            yield f"assert got.keys() == {{{keys}}}, list(got)" if keys else "assert got == {}, got"
        case np.ndarray():
            yield "assert isinstance(got, np.ndarray), type(got)"
            yield f"assert got.shape == {expected.shape}, got.shape"
            yield f"assert got.dtype == {_dtype(expected, literals)}, got.dtype"
            yield from _close(expected, tolerance(expected.dtype), literals, other)
        case _:
            yield from _number(expected, tolerance, literals, other)


def _number(
    expected: Any, tolerance: Callable[[Any], Tolerance], literals: Literals, other: str
) -> Iterator[str]:
    kinds = "np.number, int, float"
    if isinstance(expected, INTEGER):
        kinds = "int, np.integer"
    elif isinstance(expected, REAL):
        kinds = "int, float, np.integer, np.floating"
    else:
        kinds += ", complex"
    yield f"assert isinstance(got, ({kinds})), type(got)"
    yield "assert not isinstance(got, bool), got"
    if isinstance(expected, INTEGER):
        yield f"assert got == {other or int(expected)}, got"
    else:
        value = np.asarray(expected)
        yield from _close(value, tolerance(value.dtype), literals, other or _plain(expected))


def _close(expected: Any, tolerance: Tolerance, literals: Literals, other: str) -> Iterator[str]:
    finite = np.abs(expected[np.isfinite(expected)]) if expected.dtype.kind in "fc" else expected
    if np.isinf([tolerance.relative, tolerance.of_largest, tolerance.least]).any():
        return  # the form was judged, and nothing else
    yield f"expected = {other}" if other else assigned("expected", expected, literals)
    if tolerance == EXACT or expected.dtype.kind in "biu":
        nan = ", equal_nan=True" if expected.dtype.kind in "fc" else ""
        yield f"assert np.array_equal(got, expected{nan}), got"
        return
    with np.errstate(all="ignore"):
        largest = float(np.max(finite.astype(float), initial=np.finfo(float).tiny))
        least = max(tolerance.of_largest * largest, tolerance.least)
    if expected.dtype not in (np.float64, np.complex128) and expected.ndim:
        wide = "complex" if expected.dtype.kind == "c" else "float"
        yield f"expected = expected.astype({wide})  # so that the tolerance is not rounded"
    close = f"rtol={tolerance.relative:.3g}, atol={least:.3g}, equal_nan=True"
    yield f"assert np.allclose(got, expected, {close}), got"


def _dtype(expected: Any, literals: Literals) -> str:
    empty = literals.array(np.zeros(0, expected.dtype))  # np.zeros((0,), dtype=…)
    return flat(empty).rpartition("=")[2].rstrip(")")


def _plain(expected: Any) -> str:
    return flat(Literals().value(expected.item() if isinstance(expected, np.generic) else expected))
