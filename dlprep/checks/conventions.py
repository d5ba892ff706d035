"""The tiers of hidden cases, and the polish that is the same in every exercise.

A case is core unless it is marked: ``@polish`` says that it never decides a verdict, and
``@contrast`` that it only tells on which simpler input a wrong submission is right.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import pytest

from dlprep.checks.contract import check_raises
from dlprep.checks.values import check_values

Test = TypeVar("Test", bound=Callable[..., None])
Draw = Callable[[np.random.Generator], Sequence[Any]]
Use = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Convention:
    """What good library code does: the label of its case, and what fixes code that does not."""

    label: str
    fix: str


CONVENTIONS = {
    "float32": Convention(
        "keeps float32",
        "float64 arrays and np.float64 numbers turn a computation in float32 into float64:"
        " make arrays with dtype=x.dtype, and use Python numbers for constants",
    ),
    "integers": Convention(
        "takes integers and answers in float64",
        "np.zeros_like(x) of integers holds integers, and cuts off all fractions: convert x to"
        " float first",
    ),
    "memory order": Convention(
        "reads strided and Fortran-ordered arrays",
        "use shapes and indices, and never the layout in memory: no .data, no .strides, no"
        " order='A' or order='K'",
    ),
    "new arrays": Convention(
        "returns new arrays that share no memory with the arguments",
        "return a copy wherever the result may be an argument or a view of one",
    ),
    "empty batch": Convention(
        "keeps the shapes of an empty batch",
        "np.max raises on an empty array, and np.mean gives nan: pass np.max an initial=, and"
        " divide sums by max(N, 1)",
    ),
    "one number": Convention(
        "takes 0-d arrays",
        "write code that works without any axis: no len(x), no x.shape[0]",
    ),
    "illegal": Convention(
        "raises a ValueError for an illegal argument",
        "check the argument first, and raise a ValueError that says what is allowed",
    ),
}


def polish(test: Test) -> Test:
    """Mark a hidden case as polish: it is shown, and never decides the verdict."""
    vars(test)["tier"] = "polish"
    return test


def contrast(name: str) -> Callable[[Test], Test]:
    """Mark a test as a contrast, an input that is simpler in one respect, which ``name`` says.

    It runs on three draws after a core case has failed, and counts for nothing. Over
    ``parametrize``, ``{}`` in the name stands for the parameters' id. Write them from the simple to
    the general: a page shows the last two that are right, and the first two that are wrong.
    """

    def mark(test: Test) -> Test:
        vars(test).update(tier="contrast", contrast=name)
        return test

    return mark


def conventions(
    use: str | Use,
    draw: Draw,
    *,
    names: Sequence[str] = (),
    integers: bool = True,
    empty: tuple[Sequence[Any], Any] | None = None,
    one_number: Sequence[Any] | None = None,
    illegal: Sequence[Any] | None = None,
) -> Callable[..., None]:
    """The house's polish cases of one function, as one parametrized test.

    ``test_conventions = conventions("softmax", lambda rng: [rng.normal(size=(3, 4))])``

    ``use`` is a function's name, or ``use(module, *arguments)`` that calls it (a backward needs a
    forward). ``draw(rng)`` gives the arguments; ``names`` are those of the results' parts. Float
    arrays among the arguments are also given as float32, rounded to integers unless ``integers``
    is false, and in other orders of memory. ``empty`` are arguments of an empty batch and the
    expected result; ``one_number`` are arguments of shape (); ``illegal`` are arguments that must
    raise a ``ValueError``.
    """
    name = use if isinstance(use, str) else ""
    call: Use = (lambda module, *args: getattr(module, name)(*args)) if name else use  # type: ignore[assignment]
    left_out = {
        "integers": not integers,
        "empty batch": empty is None,
        "one number": one_number is None,
        "illegal": illegal is None,
    }

    def judge(submission: Any, reference: Any, args: Sequence[Any], change: Use) -> None:
        """Judge float arguments after a ``change``; the reference gets the same numbers."""
        changed = [change(one) if _is_float(one) else one for one in args]
        plain = [
            np.asarray(one, float) if _is_float(arg) else one
            for arg, one in zip(args, changed, strict=True)
        ]
        expected = call(reference, *plain)
        if change is _single:
            expected = _in_single(expected)
        check_values(call(submission, *changed), expected, names=names, dtype=True)

    @polish
    @pytest.mark.parametrize("convention", [one for one in CONVENTIONS if not left_out.get(one)])
    def test(submission: Any, reference: Any, rng: Any, convention: str) -> None:
        match convention:
            case "empty batch":
                assert empty is not None
                check_values(call(submission, *empty[0]), empty[1], names=names)
            case "illegal":
                assert illegal is not None
                check_raises(lambda: call(submission, *illegal), ValueError)
            case "one number":
                assert one_number is not None
                expected = call(reference, *one_number)
                check_values(call(submission, *one_number), expected, names=names)
            case "float32":
                judge(submission, reference, draw(rng), _single)
            case "integers":
                judge(submission, reference, draw(rng), _whole)
            case "memory order":
                args = draw(rng)
                judge(submission, reference, args, _strided)
                judge(submission, reference, args, np.asfortranarray)
            case _:  # new arrays: an answer that shares its memory fails any case of polish
                judge(submission, reference, draw(rng), np.copy)

    vars(test)["conventions"] = CONVENTIONS
    return test  # type: ignore[no-any-return]  # parametrize says Any


def _is_float(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind == "f"


def _single(array: Any) -> Any:
    return array.astype(np.float32)


def _whole(array: Any) -> Any:
    """Integers that are not all 0."""
    return np.rint(3 * array).astype(int)


def _strided(array: Any) -> Any:
    """The same elements, with gaps between them."""
    return np.repeat(array, 2, axis=-1)[..., ::2] if array.ndim else array


def _in_single(value: Any) -> Any:
    """A result with its float arrays and numbers in float32."""
    if isinstance(value, dict):
        return {key: _in_single(one) for key, one in value.items()}
    if isinstance(value, (tuple, list)):
        return type(value)(map(_in_single, value))
    if isinstance(value, float):
        return np.float32(value)
    return _single(value) if _is_float(value) else value
