"""How numbers, values and calls are written for a person."""

import math
from typing import Any

import numpy as np
import pytest

from dlprep.checks import show

SQUARE = np.array([[1000.0, 1001.0], [-1e30, np.nan]])
LARGE = np.arange(640.0).reshape(64, 10)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.09003057, "0.0900"),
        (-9999.4, "-9999.4000"),
        (0.01, "0.0100"),
        (0.009, "9.000e-03"),
        (1.234e-12, "1.234e-12"),
        (12345.678, "12345.6780"),
        (1234567.8, "1.235e+06"),
        (0.0, "0"),
        (-0.0, "0"),
        (math.nan, "nan"),
        (-math.inf, "-inf"),
        (3, "3"),
        (True, "True"),
        (np.False_, "False"),
        (np.int8(-3), "-3"),
        (np.float16(0.5), "0.5000"),
        (np.float32(0.1), "0.1000"),
        (1 + 2j, "1+2j"),
        (np.complex64(0.5), "0.5+0j"),
        pytest.param(10**39, "1" + 39 * "0", id="long"),
        pytest.param(10**400, "10000000… (401 digits)", id="huge"),
        pytest.param(-(10**400), "-10000000… (401 digits)", id="huge-negative"),
    ],
)
def test_number(value: Any, text: str) -> None:
    assert show.number(value) == text


@pytest.mark.parametrize(
    ("got", "expected", "texts"),
    [
        (0.5, 0.25, ("0.5000", "0.2500")),
        (1.0, 1.0001, ("1.0000", "1.0001")),
        (1.0, 1.0000002, ("1.00000000", "1.00000020")),
        (0.01, 0.01 * (1 + 2e-9), ("0.010000000000", "0.010000000020")),
        (1e30, 1.000001e30, ("1.0000000e+30", "1.0000010e+30")),
        (math.nan, 0.5, ("nan", "0.5000")),
        (2, 3, ("2", "3")),
        (1.0, 1.0, ("1.0000000000000000", "1.0000000000000000")),
    ],
)
def test_two_numbers_show_that_they_differ(got: Any, expected: Any, texts: tuple[str, str]) -> None:
    assert show.pair(got, expected) == texts


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "None"),
        (np.ones((4, 1), "float32"), "an array, float32 of shape (4, 1)"),
        (np.array(1.0), "an array, float64 of shape ()"),
        (np.float16(1), "a NumPy scalar, float16"),
        (np.True_, "a NumPy scalar, bool"),
        (True, "a Python bool"),
        (1, "a Python int"),
        (1.0, "a Python float"),
        (1j, "a Python complex"),
        ([1, 2], "a list of 2"),
        ((), "a tuple of 0"),
        ({"a": 1}, "a dict of 1"),
        ("relu", "a str"),
        (b"relu", "a bytes"),
        ({1}, "a value of type set"),
        (np.ma.masked_all(2), "a value of type MaskedArray"),
    ],
)
def test_what_a_value_is(value: Any, words: str) -> None:
    assert show.kind_of(value) == words


def test_excerpts_of_a_small_array_are_all_of_it() -> None:
    got, expected = np.array([[1.0, 2.5], [3.0, 4.0]]), np.array([[1.0, 2.0], [3.0, 4.0]])
    assert show.excerpts(got, expected, (0, 1)) == (
        "[[1.0000 2.5000]\n [3.0000 4.0000]]",
        "[[1.0000 2.0000]\n [3.0000 4.0000]]",
        "",
    )


def test_excerpts_have_the_digits_that_it_takes() -> None:
    got, expected, part = show.excerpts(np.array([1.0, 2e-9]), np.array([1.0, 3e-9]), (1,))
    assert (got, expected, part) == ("[1.0000e+00 2.0000e-09]", "[1.0000e+00 3.0000e-09]", "")
    got, expected, _ = show.excerpts(np.array([1.0, 2.0]), np.array([1.0, 2.0000001]), (1,))
    assert (got, expected) == ("[1.00000000 2.00000000]", "[1.00000000 2.00000010]")


@pytest.mark.parametrize(
    ("shape", "at", "part"),
    [
        ((100,), (0,), "[0:6] of (100,)"),
        ((100,), (50,), "[47:53] of (100,)"),
        ((100,), (99,), "[94:100] of (100,)"),
        ((3, 30), (1, 29), "[0:3, 24:30] of (3, 30)"),
        ((30, 2), (29, 0), "[26:30, 0:2] of (30, 2)"),
        ((2, 8, 30), (1, 0, 4), "[1, 0:4, 1:7] of (2, 8, 30)"),
        ((2, 5, 8, 30), (1, 4, 7, 29), "[1, 4, 4:8, 24:30] of (2, 5, 8, 30)"),
        ((25, 1), (13, 0), "[11:15, 0:1] of (25, 1)"),
    ],
)
def test_excerpts_of_a_large_array_hold_the_place(
    shape: tuple[int, ...], at: tuple[int, ...], part: str
) -> None:
    expected = np.zeros(shape)
    got = expected.copy()
    got[at] = 7.5
    shown_got, shown_expected, shown_part = show.excerpts(got, expected, at)
    assert shown_part == part
    assert "7.5000" in shown_got
    assert "7.5000" not in shown_expected
    lines = [*shown_got.split("\n"), *shown_expected.split("\n")]
    assert max(map(len, lines)) <= show.WIDTH


def call(*args: Any, **kwargs: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments of a call."""
    return args, kwargs


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (call(), "f()"),
        (call(np.array([[1000.0, 1001.0]]), axis=-1), "f([[1000., 1001.]], axis=-1)"),
        (call(SQUARE), "f([[1000., 1001.], [-1e+30, nan]])"),
        (call(np.array([1, 2])), "f([1, 2])"),
        (call(np.array([True, False])), "f([True, False])"),
        (call(np.array([0.5], "float16")), "f([0.5].astype(float16))"),
        (call(np.array(2.0)), "f(2.)"),
        (call(LARGE, np.ones((10, 3), "float32")), "f(x: float64(64, 10), W: float32(10, 3))"),
        (call(LARGE, keep=LARGE), "f(x: float64(64, 10), keep: float64(64, 10))"),
        (call(LARGE, 3, LARGE), "f(x: float64(64, 10), 3, *: float64(64, 10))"),
        (call(np.zeros((0, 3))), "f(x: float64(0, 3))"),
        (call(np.ones((2, 2, 2))), "f(x: float64(2, 2, 2))"),
        (call(np.zeros((20, 3))), "f(x: zeros(20, 3))"),
        (call(1, 2.5), "f(1, 2.5)"),
        (call(np.float64(0.1), np.int32(2)), "f(0.1, 2)"),
        (call(None, True), "f(None, True)"),
        (call("relu", b"ab"), "f('relu', b'ab')"),
        (call(1j), "f(1j)"),
        (call("a" * 100), "f(x: a str)"),
        (call([1, 2], (3,)), "f([1, 2], (3,))"),
        (call([], ()), "f([], ())"),
        (call({"W": LARGE, "b": 1}), "f({'W': float64(64, 10), 'b': 1})"),
        (call([LARGE] * 9), "f(x: a list of 9)"),
        (call(dict.fromkeys(range(9), LARGE)), "f(x: a dict of 9)"),
        (call(np.random.default_rng(0), len), "f(rng, len)"),
        (call(lambda x: x), "f(f)"),
        (call({1, 2}), "f(x)"),
    ],
)
def test_a_call_as_a_person_writes_it(
    arguments: tuple[tuple[Any, ...], dict[str, Any]], text: str
) -> None:
    assert show.call_text("f", ["x", "W"], *arguments) == text


def test_a_long_call_names_its_arguments() -> None:
    names, values = ["w", "g", "m", "v", "t"], np.arange(10.0) + 0.25
    written = "[0.25, 1.25, 2.25, 3.25, 4.25, 5.25, 6.25, 7.25, 8.25, 9.25]"
    kept = {"row": np.arange(3.0)}
    text = show.call_text("adam_step", names, [values] * 3 + [3], kept)
    named = f"w={written}, g={written}, m={written}, v=3"
    assert text == f"adam_step({named}, row=[0., 1., 2.])"
    assert show.call_text("f", ["x", "y", "z", "w"], [1, 2, 3, 4], {}) == "f(1, 2, 3, 4)"
    text = show.call_text("adam_step", names, [values] * 4 + [3], kept)
    form = "float64(10,)"
    assert text == f"adam_step(w: {form}, g: {form}, m: {form}, v: {form}, t=3, row=[0., 1., 2.])"
