"""Values and stability: is the answer the expected one, in type, shape, dtype and every element?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dlprep.checks import show
from dlprep.checks.failure import CheckFailed, mismatch
from dlprep.checks.show import Array

INTEGER: tuple[Any, ...] = (int, np.integer)
REAL: tuple[Any, ...] = (*INTEGER, float, np.floating)
LIKE = {"b": "biuf", "i": "iu", "u": "iu", "f": "fiu", "c": "cfiu"}  # kinds of dtypes that serve
UNREAL: tuple[Any, ...] = (complex, np.complexfloating)


@dataclass(frozen=True, slots=True)
class Tolerance:
    """An element may be off by ``relative`` of itself, and by ``of_largest`` of the largest one.

    The second term forgives rounding where large terms cancel. It scales with the output, so an
    array of zeros does not pass for a row of small probabilities. ``least`` is always forgiven:
    below it, numbers lose their digits.
    """

    relative: float
    of_largest: float
    least: float = 0.0

    @property
    def text(self) -> str:
        """What is allowed, in words; "" where nothing is."""
        return f"{self.relative:.0e} relative".replace("e-0", "e-") if self.relative else ""


# One table for all cases. Two right solutions that sum in different orders stay well below it; the
# smallest mistake of the catalogue (an epsilon of 1e-8 in a denominator) is above it. The third
# number is the smallest normal one; that of float16 is so large that two steps below it serve.
TOLERANCES = {
    np.dtype(np.float64): Tolerance(1e-9, 1e-11, 2.3e-308),
    np.dtype(np.float32): Tolerance(1e-4, 1e-5, 1.2e-38),
    np.dtype(np.float16): Tolerance(2e-2, 2e-3, 1.2e-7),
    np.dtype(np.complex128): Tolerance(1e-9, 1e-11, 2.3e-308),
    np.dtype(np.complex64): Tolerance(1e-4, 1e-5, 1.2e-38),
}
EXACT = Tolerance(0.0, 0.0)


def check_values(
    got: Any,
    expected: Any,
    *,
    names: Sequence[str] = (),
    tolerance: Tolerance | None = None,
    dtype: bool = False,
) -> None:
    """Require ``got`` to be ``expected``: the type and shape, and values within tolerance.

    Tuples, lists and dicts are compared part by part (a list serves for a tuple: it unpacks the
    same); ``names`` names the parts of a tuple in the messages. Where a number is expected, a
    Python number, a NumPy scalar and a 0-d array are all right, and so is an integer for a float.
    Numbers of another width are compared by value, and so is a mask of 0 and 1; with ``dtype``,
    arrays must have the dtype of ``expected`` too. An opaque value is not compared. Raises
    ``CheckFailed``: none, type, shape, dtype or values.
    """
    tolerance_of = (lambda _: tolerance) if tolerance else default_tolerance
    _Comparison("values", tolerance_of, got, dtype=dtype).judge(expected, names)


def check_stability(
    got: Any, expected: Any, *, names: Sequence[str] = (), relative: float | None = None
) -> None:
    """Require every element by itself to be right, however small beside its neighbours.

    For extreme inputs: ``expected`` is an exact asymptote or a high-precision value. ``relative``
    replaces the dtype's relative tolerance. Raises ``CheckFailed`` as ``check_values`` does, of
    kind ``stability`` for a wrong value.
    """

    def tolerance_of(dtype: np.dtype[Any]) -> Tolerance:
        table = default_tolerance(dtype)
        own = table.relative if relative is None else relative
        return replace(table, relative=own, of_largest=0.0)

    _Comparison("stability", tolerance_of, got).judge(expected, names)


def same(got: Any, expected: Any, *, dtype: bool = False, each: bool = False) -> bool:
    """Whether ``check_values`` would accept ``got``; with ``each``, ``check_stability``."""
    tolerance_of = element_tolerance if each else default_tolerance
    comparison = _Comparison("values", tolerance_of, got, explain=False, dtype=dtype)
    return comparison.fits(got, expected)


def no_number(got: Any, expected: Any) -> str:
    """What ``got`` should be, unless it is a number of ``expected``'s kind: then ""."""
    if isinstance(expected, INTEGER):
        wanted, kinds = "an integer", INTEGER
    elif isinstance(expected, REAL):
        wanted, kinds = "a real number" if isinstance(got, UNREAL) else "a number", REAL
    else:
        wanted, kinds = "a complex number", (*REAL, *UNREAL)
    if isinstance(got, kinds) and not isinstance(got, bool):
        return ""
    return f"{wanted}, not an array" if isinstance(got, np.ndarray) else wanted


def require_form(
    got: Any, expected: Array, name: str, subject: object, *, dtype: bool = False
) -> None:
    """Require ``got`` to be an array of the shape of ``expected``, and of numbers like its own.

    With ``dtype``, of its dtype.
    """
    if type(got) is not np.ndarray:  # a subclass may answer for itself
        kind = "none" if got is None else "type"
        raise mismatch(kind, show.kind_of(got), show.kind_of(expected), subject, name)
    if got.shape != expected.shape:
        raise mismatch("shape", f"shape {got.shape}", f"shape {expected.shape}", subject, name)
    fits = got.dtype == expected.dtype if dtype else got.dtype.kind in LIKE[expected.dtype.kind]
    if not fits:
        wanted = f"dtype {expected.dtype}"
        raise mismatch("dtype", f"dtype {got.dtype}", wanted, subject, name)


def default_tolerance(dtype: np.dtype[Any]) -> Tolerance:
    """What the table says about a dtype."""
    return TOLERANCES.get(dtype, EXACT)


def element_tolerance(dtype: np.dtype[Any]) -> Tolerance:
    """The same for an element by itself, however small beside its neighbours."""
    return replace(default_tolerance(dtype), of_largest=0.0)


@dataclass(frozen=True, slots=True)
class _Comparison:
    """Judges ``subject``; ``kind`` is that of a wrong value.

    Without ``explain`` a failure does not describe the elements, which takes longest.
    """

    kind: str
    tolerance_of: Callable[[np.dtype[Any]], Tolerance]
    subject: Any
    explain: bool = True
    dtype: bool = False

    def judge(self, expected: Any, names: Sequence[str]) -> None:
        """Judge the whole subject; a failure also says which of its outputs are right."""
        try:
            self.compare(self.subject, expected, names=names)
        except CheckFailed as failed:
            outputs = list(_outputs(self.subject, expected, names))
            quick = replace(self, explain=False)
            right = [name for name, one, other in outputs if quick.fits(one, other)]
            wrong = [name for name, _, _ in outputs if name not in right]
            failed.add("outputs", show.parts(right, wrong))
            raise

    def fits(self, got: Any, expected: Any) -> bool:
        """Whether a part of the subject is right."""
        with suppress(CheckFailed):
            self.compare(got, expected)
            return True
        return False

    def compare(self, got: Any, expected: Any, name: str = "", names: Sequence[str] = ()) -> None:
        """Judge a part of the subject; messages call it ``name``, and its own parts ``names``."""
        if show.stays(expected) and type(got) is type(expected):
            return
        if len(names) == 1 and not isinstance(expected, (tuple, list)):
            name = names[0]
        if got is None and expected is not None:
            hint = "the function returned None: is a `return` missing?"
            note = hint if self.subject is None else ""
            raise self.failed("none", name, "None", show.kind_of(expected), note)
        match expected:
            case tuple() | list():
                if not isinstance(got, (tuple, list)) or len(got) != len(expected):
                    raise self.wrong_type(name, got, expected)
                for n, (one, other) in enumerate(zip(got, expected, strict=True)):
                    part = names[n] if n < len(names) else f"{name or 'result'}[{n}]"
                    self.compare(one, other, part)
            case dict():
                if not isinstance(got, dict):
                    raise self.wrong_type(name, got, expected)
                if got.keys() != expected.keys():
                    raise self.failed("type", name, _keys(got), _keys(expected))
                for key, other in expected.items():
                    self.compare(got[key], other, f"{name}[{key!r}]" if name else f"{key}")
            case None | str() | bytes() | bool() | np.bool_():
                kinds = {type(got), type(expected)}
                if len(kinds) > 1 and kinds != {bool, np.bool_}:
                    raise self.wrong_type(name, got, expected)
                if got != expected:
                    raise self.failed(self.kind, name, repr(got), repr(expected))
            case np.ndarray():
                if not expected.ndim and isinstance(got, (*REAL, *UNREAL)):
                    got = np.asarray(got)
                require_form(got, expected, name, self.subject, dtype=self.dtype)
                self.compare_elements(got, expected, name)
            case _:
                if type(got) is np.ndarray and not got.ndim:
                    got = got[()]
                if wanted := no_number(got, expected):
                    raise self.failed("type", name, show.kind_of(got), wanted)
                self.compare_numbers(got, expected, name)

    def compare_numbers(self, got: Any, expected: Any, name: str) -> None:
        """Integers exactly, whatever their size; others as arrays of one element."""
        if isinstance(got, INTEGER) and not isinstance(expected, INTEGER):
            with suppress(OverflowError):  # then no float can hold it
                got = float(got)
        if not isinstance(got, INTEGER):
            self.compare_elements(np.asarray(got), np.asarray(expected), name)
        elif not isinstance(expected, INTEGER) or int(got) != int(expected):
            raise self.failed(self.kind, name, show.number(got), show.number(expected))

    def compare_elements(self, got: Array, expected: Array, name: str) -> None:
        """Arrays of one shape, element by element."""
        if np.array_equal(got, expected):
            return
        tolerance = self.tolerance_of(expected.dtype)
        excess = _excess(got, expected, tolerance)
        wrong = int(np.count_nonzero(excess > 1))
        if not wrong:
            return
        if not self.explain:
            raise CheckFailed(self.kind, [])
        at = tuple(int(n) for n in np.unravel_index(int(np.argmax(excess)), excess.shape))
        one, other = show.pair(got[at], expected[at])
        if not got.ndim:
            raise self.failed(self.kind, name, one, other, allowed=tolerance.text)
        shown_got, shown_expected, part = show.excerpts(got, expected, at)
        findings = [
            ("in", name),
            ("part", part),
            ("got", shown_got),
            ("expected", shown_expected),
            ("worst at", f"[{', '.join(map(str, at))}]: {one} where {other} was expected"),
            ("wrong", f"{wrong} of {got.size} elements" if wrong < got.size else ""),
            ("allowed", tolerance.text),
            ("pattern", _pattern(got, expected, tolerance)),
        ]
        raise CheckFailed(self.kind, findings, self.subject)

    def failed(
        self, kind: str, name: str, got: str, expected: str, note: str = "", allowed: str = ""
    ) -> CheckFailed:
        failed = mismatch(kind, got, expected, self.subject, name, note)
        failed.add("allowed", allowed)
        return failed

    def wrong_type(self, name: str, got: Any, expected: Any) -> CheckFailed:
        return self.failed("type", name, show.kind_of(got), show.kind_of(expected))


def _outputs(got: Any, expected: Any, names: Sequence[str]) -> Iterator[tuple[str, Any, Any]]:
    """The parts of a result that have names, those of a dict in it by their keys."""
    if isinstance(expected, dict):
        if isinstance(got, dict):
            yield from ((str(key), got.get(key), one) for key, one in expected.items())
    elif isinstance(expected, (tuple, list)) and isinstance(got, (tuple, list)):
        if len(names) != len(expected) or len(got) != len(expected):
            return
        for name, one, other in zip(names, got, expected, strict=True):
            if isinstance(other, dict):
                yield from _outputs(one, other, ())
            else:
                yield name, one, other


def _keys(value: dict[Any, Any]) -> str:
    return f"the keys {', '.join(map(repr, value))}" if value else "no keys"


def _excess(got: Array, expected: Array, tolerance: Tolerance) -> Array:
    """How far each element is off, in tolerances: above 1 is wrong; inf where not finite."""
    exact = tolerance == EXACT or expected.dtype.kind in "biu"
    wide = np.complex128 if expected.dtype.kind == "c" else np.float64
    with np.errstate(all="ignore"):
        equal = (got == expected) | ((got != got) & (expected != expected))
        if exact:
            return np.where(equal, 0.0, np.inf)
        a, b = got.astype(wide), expected.astype(wide)
        finite = np.isfinite(b)
        tiny = float(np.finfo(float).tiny)  # not 0: an infinite part of it would be nan
        largest = float(np.max(np.abs(b[finite]), initial=tiny))
        least = max(tolerance.of_largest * largest, tolerance.least)
        off = np.abs(a - b) / (tolerance.relative * np.abs(b) + least)
        return np.where(equal, 0.0, np.where(np.isfinite(a) & finite, off, np.inf))


def _pattern(got: Array, expected: Array, tolerance: Tolerance) -> str:
    """A plain fact that holds for all elements at once, such as a constant factor; or ""."""
    if got.size < 2 or got.dtype.kind not in "fiu":
        return ""
    a, b = got.astype(float), expected.astype(float)
    if not (np.isfinite(a).all() and np.isfinite(b).all() and b.any()):
        return ""

    def is_got(other: Array) -> bool:
        return not (_excess(a, other, tolerance) > 1).any()

    if not a.any():
        return "every element is 0"
    with np.errstate(all="ignore"):
        factor, offset = show.ratio(a, b), float(np.mean(a - b))
        if np.count_nonzero(b) > 1 and is_got(factor * b):  # one number is not a pattern
            return f"got = {show.factor(factor)} × expected, everywhere"
        if a.ndim == 2 and a.shape == b.T.shape and is_got(b.T):
            return "got is the transpose of what was expected"
        if (_excess(a, b, tolerance) > 1).all() and is_got(b + offset):
            return f"got = expected {offset:+.4g}, everywhere"
    return ""
