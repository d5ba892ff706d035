"""``check_stability``: each element by itself, however small beside its neighbours."""

from typing import Any

import numpy as np
import pytest

from dlprep.checks import CheckFailed, check_stability, check_values

TINY = np.exp([0.0, -100.0, -600.0])  # the softmax of these scores, but for 1e-43


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (TINY * (1 + 5e-10), TINY),
        (np.array([1.0, 0.0]), np.array([1.0, 1e-310])),  # below every normal number
        (np.array([-np.inf, 0.0]), np.array([-np.inf, 0.0])),
        (TINY.astype("float32") * np.float32(1 + 5e-5), TINY.astype("float32")),
        (np.array([60000, 0.01], "float16"), np.array([60000, 0.0101], "float16")),
        (1e-300, 1e-300 * (1 + 1e-10)),
        (np.float32(0.1), np.float32(0.10001)),
        ((2e4, {"dW": TINY}), (2e4, {"dW": TINY})),
        (3, 3),
        (np.array([3, 4]), np.array([3, 4])),
        ("relu", "relu"),
        (None, None),
    ],
)
def test_accepts(got: Any, expected: Any) -> None:
    check_stability(got, expected)


def test_each_part_is_judged_by_its_own_dtype() -> None:
    expected = {
        "dW": np.array([1e-30, 1.0, 3.0], "float32"),
        "db": np.array([0.01, 1.0, 100.0], "float16"),
        "loss": 0.25,
    }
    check_stability(
        {
            "dW": expected["dW"] * np.float32(1 + 5e-5),
            "db": expected["db"] * np.float16(1.01),
            "loss": 0.25 * (1 + 5e-10),
        },
        expected,
    )
    for name, factor in (("dW", 1 + 2e-4), ("db", 1.04), ("loss", 1 + 2e-9)):
        value = expected[name]
        wrong = {**expected, name: type(value)(value * factor) if name == "loss" else value}
        if name != "loss":
            wrong[name] = (value * factor).astype(value.dtype)
        with pytest.raises(CheckFailed) as failed:
            check_stability(wrong, expected)
        assert failed.value.findings[0] == ("in", name)


def test_a_small_element_beside_a_large_one(failure: Any) -> None:
    got = np.array([1.0, 0.0, 0.0])
    assert failure(check_stability, got, TINY) == (
        "stability",
        [
            ("got", "[1.0000 0.0000 0.0000]"),
            ("expected", "[1.0000e+000 3.7201e-044 2.6504e-261]"),
            ("worst at", "[1]: 0 where 3.720e-44 was expected"),
            ("wrong", "2 of 3 elements"),
        ],
    )
    check_values(got, TINY)  # beside the largest they do not count: this is why both exist


@pytest.mark.parametrize(
    ("got", "expected", "names", "findings"),
    [
        pytest.param(
            np.array([[np.nan, 0.0], [0.5, 0.5]]),
            np.array([[1.0, 0.0], [0.5, 0.5]]),
            (),
            [
                ("got", "[[   nan 0.0000]\n [0.5000 0.5000]]"),
                ("expected", "[[1.0000 0.0000]\n [0.5000 0.5000]]"),
                ("worst at", "[0, 0]: nan where 1.0000 was expected"),
                ("wrong", "1 of 4 elements"),
            ],
            id="nan",
        ),
        pytest.param(
            np.array([np.inf, 2.0]),
            np.array([1e30, 2.0]),
            ("loss",),
            [
                ("in", "loss"),
                ("got", "[   inf 2.0000]"),
                ("expected", "[1.0000e+30 2.0000e+00]"),
                ("worst at", "[0]: inf where 1.000e+30 was expected"),
                ("wrong", "1 of 2 elements"),
            ],
            id="inf",
        ),
        pytest.param(
            np.inf,
            1000.0,
            (),
            [("got", "inf"), ("expected", "1000.0000")],
            id="scalar",
        ),
        pytest.param(
            (0.0, np.zeros(2)),
            (1e-200, np.zeros(2)),
            ("loss", "dx"),
            [("in", "loss"), ("got", "0"), ("expected", "1.000e-200")],
            id="part",
        ),
        pytest.param(
            np.array([0.0, 0.0]),
            np.array([1e-20, 2e-20]),
            (),
            [
                ("got", "[0.0000 0.0000]"),
                ("expected", "[1.0000e-20 2.0000e-20]"),
                ("worst at", "[0]: 0 where 1.000e-20 was expected"),
                ("pattern", "every element is 0"),
            ],
            id="zeros",
        ),
        pytest.param(
            np.array([1.0, 1e-30]),
            np.array([1.0, 1.0001e-30]),
            (),
            [
                ("got", "[1.0000e+00 1.0000e-30]"),
                ("expected", "[1.0000e+00 1.0001e-30]"),
                ("worst at", "[1]: 1.00000e-30 where 1.00010e-30 was expected"),
                ("wrong", "1 of 2 elements"),
            ],
            id="small-element",
        ),
    ],
)
def test_says_what_is_wrong(
    failure: Any, got: Any, expected: Any, names: tuple[str, ...], findings: list[tuple[str, str]]
) -> None:
    assert failure(check_stability, got, expected, names=names) == ("stability", findings)


def test_form_comes_before_values(failure: Any) -> None:
    assert failure(check_stability, np.ones((1, 2)), np.ones(2)) == (
        "shape",
        [("got", "shape (1, 2)"), ("expected", "shape (2,)")],
    )
    assert failure(check_stability, np.ones(2, bool), np.ones(2)) == (
        "dtype",
        [("got", "dtype bool"), ("expected", "dtype float64")],
    )
    assert failure(check_stability, [1.0], np.ones(1)) == (
        "type",
        [("got", "a list of 1"), ("expected", "an array, float64 of shape (1,)")],
    )
    assert failure(check_stability, None, 1.0) == (
        "none",
        [
            ("got", "None"),
            ("expected", "a Python float"),
            ("", "the function returned None: is a `return` missing?"),
        ],
    )


def test_a_case_may_set_the_relative_tolerance(failure: Any) -> None:
    check_stability(TINY * 1.0009, TINY, relative=1e-3)
    check_stability((TINY * 1.0009, 1e-9), (TINY, 1e-9), relative=1e-3)
    for got in (TINY * 1.0011, np.array([1.0, 0.0, 0.0])):
        with pytest.raises(CheckFailed):
            check_stability(got, TINY, relative=1e-3)
    assert failure(check_stability, 0.25, 0.2, relative=0.1) == (
        "stability",
        [("got", "0.2500"), ("expected", "0.2000")],
    )
