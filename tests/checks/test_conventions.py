"""``conventions``: what it gives to a function, and what it asks of each part of the result."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from dlprep.checks import CheckFailed, conventions
from dlprep.checks.conventions import CONVENTIONS


def layer(x: Any, w: Any) -> Any:
    """Nested results, with numbers beside arrays: a forward with its cache."""
    x, w = (np.asarray(one, np.result_type(one, 1.0)) for one in (x, w))
    y = x * w
    return y, {"sum": y.sum(), "parts": [x + 1, 3, None]}


def layer_backward(dy: Any, cache: Any) -> Any:
    return dy * cache["parts"][0]


RIGHT = SimpleNamespace(layer=layer, layer_backward=layer_backward)
ALWAYS = ["float32", "integers", "memory order", "new arrays"]


def draw(rng: np.random.Generator) -> list[Any]:
    return [*rng.normal(size=(2, 3, 4))]


def judged(test: Callable[..., None], convention: str, **functions: Any) -> None:
    """Run one convention for a submission that has these functions in place of the right ones."""
    submission = SimpleNamespace(**{**vars(RIGHT), **functions})
    rng = np.random.default_rng(1)
    test(submission=submission, reference=RIGHT, rng=rng, convention=convention)


def names_of(test: Any) -> list[str]:
    [mark] = test.pytestmark
    names: list[str] = mark.args[1]
    return names


def test_what_an_exercise_has_no_use_for_is_left_out() -> None:
    assert names_of(conventions("layer", draw)) == ALWAYS
    assert "integers" not in names_of(conventions("layer", draw, integers=False))
    every = conventions(
        "layer", draw, empty=([], 0), one_number=[np.array(1.0)] * 2, illegal=[1, 2]
    )
    assert names_of(every) == list(CONVENTIONS)


@pytest.mark.parametrize("convention", ALWAYS)
def test_nested_results_are_judged_part_by_part(convention: str) -> None:
    test = conventions("layer", draw, names=["y", "cache"])
    judged(test, convention)

    def off(x: Any, w: Any) -> Any:
        y, cache = layer(x, w)
        cache["parts"][0] = cache["parts"][0] * 1.01
        return y, cache

    with pytest.raises(CheckFailed) as failed:
        judged(test, convention, layer=off)
    assert ("in", "cache['parts'][0]") in failed.value.findings
    assert failed.value.kind == "values"


def test_float32_is_asked_of_every_array() -> None:
    def wide(x: Any, w: Any) -> Any:
        y, cache = layer(x, w)
        cache["parts"][0] = cache["parts"][0].astype(float)
        return y, cache

    test = conventions("layer", draw)
    with pytest.raises(CheckFailed) as failed:
        judged(test, "float32", layer=wide)
    assert failed.value.kind == "dtype"
    assert ("expected", "dtype float32") in failed.value.findings
    judged(test, "new arrays", layer=wide)


def test_a_function_may_use_several_of_the_module_s() -> None:
    def use(module: Any, dy: Any, x: Any, w: Any) -> Any:
        return module.layer_backward(dy, module.layer(x, w)[1])

    test = conventions(use, lambda rng: [*rng.normal(size=(3, 2, 4))], names=["dx"])
    for convention in ALWAYS:
        judged(test, convention)
    with pytest.raises(CheckFailed) as failed:
        judged(
            test, "float32", layer_backward=lambda dy, cache: layer_backward(dy * np.ones(1), cache)
        )
    assert ("in", "dx") in failed.value.findings
    assert failed.value.kind == "dtype"


@pytest.mark.parametrize(
    ("convention", "right"),
    [
        ("float32", lambda x: x.dtype == np.float32),
        ("integers", lambda x: x.dtype.kind == "i" and x.any()),
        ("memory order", lambda x: not (x.flags.c_contiguous and x.flags.owndata)),
        ("new arrays", lambda x: x.dtype == float and x.flags.owndata),
    ],
)
def test_only_float_arrays_are_changed(convention: str, right: Callable[[Any], bool]) -> None:
    labels, given = np.array([1, 0, 2]), []

    def keeps(x: Any, y: Any, rate: Any) -> Any:
        given.append(x)
        assert y is labels
        assert rate == 0.5
        return np.asarray(x, np.result_type(x, 1.0)) + 0

    module = SimpleNamespace(f=keeps)
    test = conventions("f", lambda rng: [rng.normal(size=(3, 4)), labels, 0.5])
    test(submission=module, reference=module, rng=np.random.default_rng(1), convention=convention)
    assert all(right(x) for x in given[1::2]), "the submission's, after the reference's"
    assert len(given) == (4 if convention == "memory order" else 2)


def test_memory_order_takes_arguments_without_axes() -> None:
    test = conventions("layer", lambda rng: [rng.normal(size=(2, 2)), np.array(rng.normal())])
    judged(test, "memory order")


def test_an_empty_batch_has_the_given_result() -> None:
    arguments = [np.zeros((0, 4)), np.zeros(4)]
    expected = np.zeros((0, 4)), {"sum": 0.0, "parts": [np.zeros((0, 4)), 3, None]}
    test = conventions("layer", draw, empty=(arguments, expected), names=["y", "cache"])
    judged(test, "empty batch")
    with pytest.raises(CheckFailed) as failed:
        judged(test, "empty batch", layer=lambda x, w: (layer(x, w)[0].T, layer(x, w)[1]))
    assert ("in", "y") in failed.value.findings
    assert failed.value.kind == "shape"
