"""Values and stability: is the answer the expected one, in type, shape, dtype and every element?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlprep.checks import show
from dlprep.checks.failure import CheckFailed

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Tolerance:
    """An element may be off by ``relative`` of itself, or by ``of_largest`` of the largest one.

    The second term forgives rounding where large terms cancel; it scales with the output, so it
    cannot pass an array of zeros as a row of small probabilities.
    """

    relative: float
    of_largest: float


# One table for all cases. Two right solutions that sum in different orders stay well below it;
# the smallest mistake of the catalogue (an epsilon of 1e-8 in a denominator) is above.
TOLERANCES = {
    np.dtype(np.float64): Tolerance(1e-9, 1e-11),
    np.dtype(np.float32): Tolerance(1e-4, 1e-5),
    np.dtype(np.float16): Tolerance(2e-2, 2e-3),
    np.dtype(np.complex128): Tolerance(1e-9, 1e-11),
    np.dtype(np.complex64): Tolerance(1e-4, 1e-5),
}
EXACT = Tolerance(0.0, 0.0)


def check_values(
    got: Any,
    expected: Any,
    *,
    names: Sequence[str] = (),
    tolerance: Tolerance | None = None,
) -> None:
    """Require ``got`` to be ``expected``: type, shape and dtype exactly, values within tolerance.

    Tuples, lists and dicts are compared part by part (a list serves for a tuple: it unpacks the
    same); ``names`` names the parts of a tuple in the messages. Where a scalar is expected, a
    Python number and a NumPy scalar are both right. An opaque value is not compared. Raises
    ``CheckFailed`` of kind ``none``, ``type``, ``shape``, ``dtype`` or ``values``.
    """
    _compare(got, expected, names[0] if len(names) == 1 else "", names, tolerance, "values", got)


def check_stability(
    got: Any, expected: Any, *, names: Sequence[str] = (), relative: float | None = None
) -> None:
    """Require every element by itself to be right, however small beside its neighbours.

    For extreme inputs: ``expected`` is an exact asymptote or a high-precision value. ``relative``
    replaces the dtype's relative tolerance. Raises ``CheckFailed`` as ``check_values`` does, of
    kind ``stability`` for a wrong value.
    """
    dtype = np.asarray(expected).dtype if not isinstance(expected, (tuple, list, dict)) else None
    table = TOLERANCES.get(dtype, EXACT) if dtype is not None else TOLERANCES[np.dtype(float)]
    tolerance = Tolerance(table.relative if relative is None else relative, 0.0)
    _compare(got, expected, names[0] if len(names) == 1 else "", names, tolerance, "stability", got)


def same(got: Any, expected: Any) -> bool:
    """Whether ``check_values`` would accept ``got``."""
    try:
        check_values(got, expected)
    except CheckFailed:
        return False
    return True


def _compare(
    got: Any,
    expected: Any,
    name: str,
    names: Sequence[str],
    tolerance: Tolerance | None,
    kind: str,
    subject: Any,
) -> None:
    def fail(kind: str, *findings: tuple[str, str]) -> CheckFailed:
        return CheckFailed(kind, [*([("in", name)] if name else []), *findings], subject)

    if type(expected).__name__ in show.STAYS and type(got) is type(expected):
        return
    wanted = show.kind_of(expected)
    if got is None and expected is not None:
        what = name or "the function"
        verb = "is" if name else "returned"
        raise fail(
            "none",
            ("got", "None"),
            ("expected", wanted),
            ("", f"{what} {verb} None: is a `return` missing?"),
        )
    match expected:
        case tuple() | list():
            if not isinstance(got, (tuple, list)) or len(got) != len(expected):
                raise fail("type", ("got", show.kind_of(got)), ("expected", wanted))
            for n, (one, other) in enumerate(zip(got, expected, strict=True)):
                label = names[n] if n < len(names) and not name else f"{name or 'result'}[{n}]"
                _compare(one, other, label, (), tolerance, kind, subject)
            return
        case dict():
            if not isinstance(got, dict):
                raise fail("type", ("got", show.kind_of(got)), ("expected", wanted))
            if got.keys() != expected.keys():
                raise fail(
                    "type",
                    ("got", f"the keys {', '.join(map(repr, got))}"),
                    ("expected", f"the keys {', '.join(map(repr, expected))}"),
                )
            for key, other in expected.items():
                label = f"{name}[{key!r}]" if name else f"{key}"
                _compare(got[key], other, label, (), tolerance, kind, subject)
            return
        case None | str() | bytes() | bool() | np.bool_():
            if type(got) is not type(expected) and not (
                isinstance(got, (bool, np.bool_)) and isinstance(expected, (bool, np.bool_))
            ):
                raise fail("type", ("got", show.kind_of(got)), ("expected", wanted))
            if got != expected:
                raise fail(kind, ("got", repr(got)), ("expected", repr(expected)))
            return
    if isinstance(expected, np.ndarray):
        _require_array(got, expected, fail)
    else:
        got = _require_number(got, expected, fail)
    _compare_elements(np.asarray(got), np.asarray(expected), tolerance, kind, fail)


def _require_array(got: Any, expected: Array, fail: Any) -> None:
    if not isinstance(got, np.ndarray):
        raise fail("type", ("got", show.kind_of(got)), ("expected", show.kind_of(expected)))
    if got.shape != expected.shape:
        raise fail("shape", ("got", f"shape {got.shape}"), ("expected", f"shape {expected.shape}"))
    if got.dtype != expected.dtype:
        raise fail("dtype", ("got", f"dtype {got.dtype}"), ("expected", f"dtype {expected.dtype}"))


def _require_number(got: Any, expected: Any, fail: Any) -> Any:
    """``got``, if it is a number of ``expected``'s kind; one too large for a float as inf."""
    integer: tuple[Any, ...] = (int, np.integer)
    real: tuple[Any, ...] = (*integer, float, np.floating)
    if isinstance(expected, integer):
        wanted, kinds = "an integer", integer
    elif isinstance(expected, real):
        wanted, kinds = "a number", real
    else:
        wanted, kinds = "a complex number", (*real, complex, np.complexfloating)
    if not isinstance(got, kinds) or isinstance(got, bool):
        not_array = ", not an array" if isinstance(got, np.ndarray) else ""
        raise fail("type", ("got", show.kind_of(got)), ("expected", wanted + not_array))
    try:
        float(abs(got))
    except OverflowError:
        return np.inf
    return got


def _compare_elements(
    got: Array, expected: Array, tolerance: Tolerance | None, kind: str, fail: Any
) -> None:
    if not expected.size:
        return
    tolerance = tolerance or TOLERANCES.get(expected.dtype, EXACT)
    excess = _excess(got, expected, tolerance)
    wrong = int(np.count_nonzero(excess > 1))
    if not wrong:
        return
    at = tuple(int(n) for n in np.unravel_index(int(np.argmax(excess)), excess.shape))
    one, other = show.pair(got[at], expected[at])
    findings = []
    if got.ndim:
        shown_got, shown_expected, part = show.excerpts(got, expected, at)
        if part:
            findings.append(("part", part))
        findings += [("got", shown_got), ("expected", shown_expected)]
        place = ", ".join(map(str, at))
        findings.append(("worst at", f"[{place}]: {one} where {other} was expected"))
        if wrong < got.size:
            findings.append(("wrong", f"{wrong} of {got.size} elements"))
    else:
        findings += [("got", one), ("expected", other)]
    if pattern := _pattern(got, expected, tolerance):
        findings.append(("pattern", pattern))
    raise fail(kind, *findings)


def _excess(got: Array, expected: Array, tolerance: Tolerance) -> Array:
    """How far each element is off, in tolerances: above 1 is wrong; inf where not finite."""
    exact = tolerance == EXACT or expected.dtype.kind in "biu"
    wide = np.complex128 if expected.dtype.kind == "c" or got.dtype.kind == "c" else np.float64
    with np.errstate(all="ignore"):
        equal = (got == expected) | ((got != got) & (expected != expected))
        if exact:
            return np.where(equal, 0.0, np.inf)
        a, b = got.astype(wide), expected.astype(wide)
        finite = np.isfinite(b)
        largest = float(np.max(np.abs(b[finite]), initial=0.0))
        smallest = float(np.finfo(expected.dtype).smallest_normal) if finite.any() else 0.0
        allowed = tolerance.relative * np.abs(b) + max(tolerance.of_largest * largest, smallest)
        off = np.abs(a - b) / allowed
        return np.where(equal, 0.0, np.where(np.isfinite(a) & finite, off, np.inf))


def _pattern(got: Array, expected: Array, tolerance: Tolerance) -> str:
    """A plain fact that holds for all elements at once, such as a constant factor; or nothing."""
    if got.size < 2 or got.dtype.kind not in "fiu" or not np.isfinite(got).all():
        return ""
    a, b = got.astype(float), expected.astype(float)
    if not np.isfinite(b).all() or not b.any():
        return ""
    if not a.any():
        return "every element is 0"
    factor = float((a * b).sum() / (b * b).sum())
    if abs(factor) > 1e-6 and not (_excess(a, factor * b, tolerance) > 1).any():
        return f"got = {_factor(factor)} × expected, everywhere"
    turned = expected.T
    if (
        turned.shape == got.shape
        and got.ndim == 2
        and not (_excess(got, turned, tolerance) > 1).any()
    ):
        return "got is the transpose of what was expected"
    if np.ptp(a - b) <= 1e-9 * np.abs(b).max():
        return f"got = expected {float(np.mean(a - b)):+.4g}, everywhere"
    return ""


def _factor(value: float) -> str:
    for below in range(1, 101):  # a mean over another count shows as a simple fraction
        above = value * below
        if abs(above - round(above)) < 1e-9 * max(1.0, abs(above)):
            return f"{round(above)}" if below == 1 else f"{round(above)}/{below}"
    return f"{value:.6g}"
