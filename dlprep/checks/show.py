"""Numbers, arrays and calls as short text: the part that matters, never a screenful."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain, repeat
from typing import Any

import numpy as np

ROWS, COLUMNS = 4, 6  # of a window into a larger array
WIDTH = 60  # of an array's line, so that a label fits beside it at 80 columns
MANY = 5  # arguments, in a call that names them
Index = tuple[int, ...]
Array = np.ndarray[Any, Any]
# The stand-ins for what stays in the worker, by their types' names, and what they are in words
STAYS = {
    "Opaque": "a value of your own",
    "RemoteObject": "an object of your own",
    "RemoteIterator": "an iterator",
}


def number(value: Any, digits: int = 4) -> str:
    """One number: ``0.0900``, ``1.234e-12``, ``nan``, ``3``."""
    if isinstance(value, (bool, int, np.bool_, np.integer)):
        text, sign = str(value), int(value < 0)
        count = len(text) - sign
        return text if count <= 40 else f"{text[: 8 + sign]}… ({count} digits)"
    if isinstance(value, (complex, np.complexfloating)):
        return f"{value:.{digits}g}"
    value = value + 0.0  # -0.0 is 0
    size = abs(float(value))
    if size == 0 or not np.isfinite(size):
        return f"{float(value):.0f}"
    return f"{value:.{digits}f}" if 1e-2 <= size < 1e6 else f"{value:.{digits - 1}e}"


def pair(got: Any, expected: Any, write: Callable[[Any, int], str] = number) -> tuple[str, str]:
    """Two numbers (or arrays) with as many digits as it takes to see that they differ."""
    for digits in (4, 6, 8, 10, 12, 16):
        texts = write(got, digits), write(expected, digits)
        if texts[0] != texts[1]:
            break
    return texts


def ratio(got: Array, expected: Array) -> float:
    """How many times ``expected`` ``got`` is, where ``expected`` is largest."""
    at = np.unravel_index(int(np.argmax(np.abs(expected))), expected.shape)
    return float(got[at] / expected[at])


def factor(value: float, precision: float = 1e-9) -> str:
    """A factor: ``3``, ``1/4`` (a mean over another count), ``0.731059``, ``1.000004``."""
    for below in range(1, 101):
        above = round(value * below) if abs(value) <= 100 else 0
        if 0 < abs(above) <= 100 and abs(value * below - above) <= precision * abs(above):
            return f"{above}" if below == 1 else f"{above}/{below}"
    texts = (f"{value:.{digits}g}" for digits in range(6, 18))
    return next((text for text in texts if text not in ("1", "-1")), "1")


def parts(right: Sequence[str], wrong: Sequence[str]) -> str:
    """Which outputs are right, and which are not; "" where that tells nothing apart."""
    return f"right: {', '.join(right)} · wrong: {', '.join(wrong)}" if right and wrong else ""


def stays(value: Any) -> bool:
    """Whether ``value`` stands for something of the submission's that stays in the worker."""
    return type(value).__name__ in STAYS


def kind_of(value: Any) -> str:
    """What a value is, in words: ``an array, float64 of shape (4, 1)``, ``a list of 3``."""
    if value is None:
        return "None"
    if type(value) is np.ndarray:
        return f"an array, {value.dtype} of shape {value.shape}"
    if isinstance(value, np.generic):
        return f"a NumPy scalar, {value.dtype}"
    if isinstance(value, (bool, int, float, complex)):
        return f"a Python {type(value).__name__}"
    if isinstance(value, (list, tuple, dict)):
        return f"a {type(value).__name__} of {len(value)}"
    kind = type(value).__name__
    if isinstance(value, (str, bytes)):
        return f"a {kind}"
    if kind == "Foreign":
        return f"a value of type {value.type}"
    return STAYS.get(kind, f"a value of type {kind}")


def array_text(array: Array, digits: int = 4) -> str:
    """All of a small array as a block of aligned columns, in NumPy's own way of writing."""
    return np.array2string(
        array, precision=digits, floatmode="fixed", max_line_width=10_000, threshold=10_000
    )


def _array_literal(array: Array) -> str:
    """All of a small array on one line, as in source code: ``[[0., 1000.], [-1e+30, nan]]``."""

    def text(item: Any) -> str:
        if isinstance(item, list):
            return f"[{', '.join(map(text, item))}]"
        if isinstance(item, float) and (1e-3 <= abs(item) < 1e6 or item == 0):
            return np.format_float_positional(item, precision=4, trim=".")
        return f"{item:.4g}" if isinstance(item, (float, complex)) else str(item)

    return text(array.tolist())


def excerpts(got: Array, expected: Array, at: Index) -> tuple[str, str, str]:
    """``got`` and ``expected`` around ``at``, and the part that is shown ("" when it is all)."""
    if got.size <= ROWS * COLUMNS:
        one, other = pair(got, expected, array_text)
        if _fits(one) and _fits(other):
            return one, other, ""
    window = _window(got.shape, at)
    one, other = pair(got[window], expected[window], array_text)
    if got[window].size == got.size:
        return one, other, ""
    parts = [f"{it.start}:{it.stop}" if isinstance(it, slice) else f"{it}" for it in window]
    return one, other, f"[{', '.join(parts)}] of {got.shape}"


def call_text(
    name: str, parameters: Sequence[str], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> str:
    """A call as a person would write it; large arrays by dtype and shape.

    ``softmax([[1000., 1001.]], axis=-1)``, ``linear(x: float64(64, 10), W: float64(10, 3), …)``.
    From five arguments on, each has its name.
    """
    names, by_name = chain(parameters, repeat("*")), len(args) + len(kwargs) >= MANY
    given = [(one, value, by_name) for one, value in zip(names, args, strict=False)]
    given += [(key, value, True) for key, value in kwargs.items()]
    for short in (False, True):
        parts = [_argument(one, value, short, keyword or short) for one, value, keyword in given]
        if sum(map(len, parts)) <= 4 * WIDTH:
            break
    return f"{name}({', '.join(parts)})"


def _argument(name: str, value: Any, short: bool, keyword: bool) -> str:
    text = value_text(value, short=short)
    if text.startswith(":"):
        return f"{name}{text}"
    if text == "…":  # something that stays in the worker
        return name
    return f"{name}={text}" if keyword else text


def value_text(value: Any, *, short: bool = False) -> str:
    """A value as an argument; one that is too large to write starts with ``: `` and its type."""
    if isinstance(value, np.ndarray):
        if value.size <= (3 if short else 12) and value.ndim <= 2 and value.size:
            text = _array_literal(value)
            if len(text) <= (24 if short else WIDTH):
                plain = value.dtype in (np.float64, np.int64, np.bool_)
                return text + ("" if plain else f".astype({value.dtype})")
        zeros = value.size and not value.any()
        return f": {'zeros' if zeros else value.dtype}{value.shape}"
    if isinstance(value, np.random.Generator):
        return "rng"
    if isinstance(value, (np.generic, float, int)) and not isinstance(value, bool):
        return repr(value.item() if isinstance(value, np.generic) else value)
    if value is None or isinstance(value, (str, bool, bytes, complex)):
        return repr(value) if len(repr(value)) <= WIDTH else f": {kind_of(value)}"
    if isinstance(value, (list, tuple, dict)):

        def part(item: Any) -> str:
            return value_text(item, short=True).removeprefix(": ")

        if isinstance(value, dict):
            text = ", ".join(f"{key!r}: {part(item)}" for key, item in value.items())
            text = f"{{{text}}}"
        elif isinstance(value, list):
            text = f"[{', '.join(map(part, value))}]"
        else:
            text = f"({', '.join(map(part, value))}{',' * (len(value) == 1)})"
        return text if len(text) <= WIDTH else f": {kind_of(value)}"
    if callable(value):
        return getattr(value, "__name__", "f").replace("<lambda>", "f")
    return "…"


def _fits(text: str) -> bool:
    lines = text.split("\n")
    return len(lines) <= 2 * ROWS and max(map(len, lines)) <= WIDTH


def _window(shape: tuple[int, ...], at: Index) -> tuple[int | slice, ...]:
    """The rows and columns around ``at`` of its last two axes; single indices before them."""
    window: list[int | slice] = [*at]
    for axis, size in zip(range(len(shape))[::-1], (COLUMNS, ROWS), strict=False):
        start = max(0, min(at[axis] - size // 2, shape[axis] - size))
        window[axis] = slice(start, min(start + size, shape[axis]))
    return tuple(window)
