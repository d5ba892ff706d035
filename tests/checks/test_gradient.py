"""``check_gradient``: wrong gradients are found and explained, right ones never blamed."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dlprep.checks import CaseError, CheckFailed, check_gradient, clear_of_kinks
from dlprep.checks.gradient import CLEARANCE

Array = np.ndarray[Any, Any]

X = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
UPSTREAM = np.array([[0.5, -1.0, 2.0], [1.0, 3.0, -0.25]])
RIGHT = 2 * X * UPSTREAM
FORM = "an array, float64 of shape (2, 3)"


def loss(x: Array) -> float:
    """The reference's forward, squares, with its upstream gradient."""
    return float((x**2 * UPSTREAM).sum())


def check(gradient: Any, forward: Callable[..., float] = loss, seed: int = 0, **more: Any) -> None:
    """Check one gradient with respect to x."""
    check_gradient({"x": gradient}, forward, {"x": X}, np.random.default_rng(seed), **more)


def at(row: int, column: int, value: float) -> Array:
    """Zeros, and a value in one place."""
    values = np.zeros_like(X)
    values[row, column] = value
    return values


def test_accepts_the_right_gradient() -> None:
    check(RIGHT)
    check(RIGHT, own=loss)
    check(np.asfortranarray(RIGHT * (1 + 1e-8)))


def test_accepts_the_gradients_of_a_net() -> None:
    for seed in range(20):
        rng = np.random.default_rng(seed)
        point = {"x": rng.normal(size=(16, 32)), "W": rng.normal(size=(32, 20))}
        upstream = rng.normal(size=(16, 20))

        def forward(x: Array, W: Array, upstream: Array = upstream) -> float:
            return float((np.tanh(x @ W) * upstream).sum())

        inner = (1 - np.tanh(point["x"] @ point["W"]) ** 2) * upstream
        got = {"x": inner @ point["W"].T, "W": point["x"].T @ inner}
        check_gradient(got, forward, point, rng, own=forward)
        got["W"] = 0.5 * (got["W"] + got["W"][::-1])
        with pytest.raises(CheckFailed):
            check_gradient(got, forward, point, rng)


@pytest.mark.parametrize("shape", [(), (0, 3), (2, 1, 3)])
def test_accepts_any_shape(shape: tuple[int, ...]) -> None:
    x = np.asarray(np.random.default_rng(1).normal(size=shape))

    def forward(x: Array) -> float:
        return float((x**3).sum())

    check_gradient({"x": np.asarray(3 * x**2)}, forward, {"x": x}, np.random.default_rng(0))


@pytest.mark.parametrize("seed", [2676, 5589, 9312, 10356])  # with these the loss is near 0
def test_accepts_a_gradient_of_zero_whatever_rounding_does(seed: int) -> None:
    """A shift before a normalisation changes nothing but the last digits."""
    rng = np.random.default_rng(seed)
    z, upstream = rng.normal(size=(4, 5)), rng.normal(size=(4, 5))

    def forward(b: Array) -> float:
        centred = z + b - (z + b).mean(axis=-1, keepdims=True)
        scale = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-5)
        return float((centred / scale * upstream).sum())

    check_gradient({"b": np.zeros(1)}, forward, {"b": np.zeros(1)}, rng)


@pytest.mark.parametrize(
    ("gradient", "kind", "findings"),
    [
        pytest.param(None, "none", [("in", "dx"), ("got", "None"), ("expected", FORM)], id="none"),
        pytest.param(
            RIGHT.tolist(),
            "type",
            [("in", "dx"), ("got", "a list of 2"), ("expected", FORM)],
            id="list",
        ),
        pytest.param(
            3.0,
            "type",
            [("in", "dx"), ("got", "a Python float"), ("expected", FORM)],
            id="scalar",
        ),
        pytest.param(
            np.ma.masked_all((2, 3)),
            "type",
            [("in", "dx"), ("got", "a value of type MaskedArray"), ("expected", FORM)],
            id="masked",
        ),
        pytest.param(
            RIGHT.T,
            "shape",
            [("in", "dx"), ("got", "shape (3, 2)"), ("expected", "shape (2, 3)")],
            id="shape",
        ),
        pytest.param(
            RIGHT > 0,
            "dtype",
            [("in", "dx"), ("got", "dtype bool"), ("expected", "dtype float64")],
            id="dtype",
        ),
        pytest.param(
            RIGHT + 0j,
            "dtype",
            [("in", "dx"), ("got", "dtype complex128"), ("expected", "dtype float64")],
            id="complex",
        ),
        pytest.param(
            RIGHT + at(1, 1, 0.1),
            "gradient",
            [
                ("gradient", "dx[1, 1], the worst of 1 wrong in 6"),
                ("analytic", "30.1000   (yours)"),
                ("numeric", "30.0000   (central difference, h = 1e-05)"),
                ("error", "0.0033 relative"),
            ],
            id="element",
        ),
        pytest.param(
            3 * RIGHT,
            "gradient",
            [
                ("gradient", "dx[1, 1], the worst of 6 wrong in 6"),
                ("analytic", "90.0000   (yours)"),
                ("numeric", "30.0000   (central difference, h = 1e-05)"),
                ("error", "0.67 relative"),
                ("pattern", "yours = 3 × numeric, everywhere"),
            ],
            id="factor",
        ),
        pytest.param(
            RIGHT * (1 + 4e-6),
            "gradient",
            [
                ("gradient", "dx[1, 1], the worst of 6 wrong in 6"),
                ("analytic", "30.0001   (yours)"),
                ("numeric", "30.0000   (central difference, h = 1e-05)"),
                ("error", "4e-06 relative"),
                ("pattern", "yours = 1.000004 × numeric, everywhere"),
            ],
            id="factor-near-1",
        ),
        pytest.param(
            RIGHT + at(1, 1, 2e-4),
            "gradient",
            [
                ("gradient", "dx[1, 1], the worst of 1 wrong in 6"),
                ("analytic", "30.0002   (yours)"),
                ("numeric", "30.0000   (central difference, h = 1e-05)"),
                ("error", "6.7e-06 relative"),
            ],
            id="element-hardly-wrong",
        ),
        pytest.param(
            -RIGHT,
            "gradient",
            [
                ("gradient", "dx[1, 1], the worst of 6 wrong in 6"),
                ("analytic", "-30.0000   (yours)"),
                ("numeric", "30.0000   (central difference, h = 1e-05)"),
                ("error", "2 relative"),
                ("pattern", "yours = -1 × numeric, everywhere"),
            ],
            id="sign",
        ),
        pytest.param(
            0 * RIGHT,
            "gradient",
            [
                ("gradient", "dx[1, 1], the worst of 6 wrong in 6"),
                ("analytic", "0   (yours)"),
                ("numeric", "30.0000   (central difference, h = 1e-05)"),
                ("error", "1 relative"),
                ("pattern", "every element of yours is 0"),
            ],
            id="zeros",
        ),
        pytest.param(
            RIGHT + at(0, 2, np.nan),
            "gradient",
            [
                ("gradient", "dx[0, 2], the worst of 1 wrong in 6"),
                ("analytic", "nan   (yours)"),
                ("numeric", "12.0000   (central difference, h = 1e-05)"),
                ("error", "inf relative"),
            ],
            id="nan",
        ),
        pytest.param(
            RIGHT + at(0, 2, -np.inf),
            "gradient",
            [
                ("gradient", "dx[0, 2], the worst of 1 wrong in 6"),
                ("analytic", "-inf   (yours)"),
                ("numeric", "12.0000   (central difference, h = 1e-05)"),
                ("error", "inf relative"),
            ],
            id="inf",
        ),
    ],
)
def test_says_what_is_wrong(
    failure: Any, gradient: Any, kind: str, findings: list[tuple[str, str]]
) -> None:
    assert failure(check, gradient) == (kind, findings)


def test_says_that_a_gradient_is_transposed(failure: Any) -> None:
    x, upstream = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 5.0], [-2.0, 3.0]])

    def forward(x: Array) -> float:
        return float((x**2 * upstream).sum())

    got = {"x": (2 * x * upstream).T}
    kind, findings = failure(check_gradient, got, forward, {"x": x}, np.random.default_rng(0))
    first = "dx[0, 1]", "-12.0000", "20.0000"
    second = "dx[1, 0]", "20.0000", "-12.0000"  # off by as much: either may be the worst
    worst, analytic, numeric = first if findings[0][1].startswith(first[0]) else second
    assert (kind, findings) == (
        "gradient",
        [
            ("gradient", f"{worst}, the worst of 2 wrong in 4"),
            ("analytic", f"{analytic}   (yours)"),
            ("numeric", f"{numeric}   (central difference, h = 1e-05)"),
            ("error", "1.6 relative"),
            ("pattern", "yours is the transpose"),
        ],
    )


def test_names_the_parameter_that_is_wrong(failure: Any) -> None:
    point = {"w": np.array([1.0, 2.0]), "s": np.array(3.0)}

    def forward(w: Array, s: Array) -> float:
        return float(s**2 * w.sum())

    got = {"w": np.full(2, 9.0), "s": np.array(9.0)}
    rng = np.random.default_rng(0)
    assert failure(check_gradient, got, forward, point, rng) == (
        "gradient",
        [
            ("gradient", "ds, the worst of 1 wrong in 1"),
            ("analytic", "9.0000   (yours)"),
            ("numeric", "18.0000   (central difference, h = 1e-05)"),
            ("error", "0.5 relative"),
        ],
    )


def test_elements_that_only_rounding_moves_do_not_count_as_wrong(failure: Any) -> None:
    """The first element is a shift before a normalisation: its numeric slope is noise."""
    z, upstream = np.array([0.3, -1.2, 2.0, 0.7]), np.array([1.5, -0.7, 0.4, 2.2])

    def forward(p: Array) -> float:
        centred = z + p[0] - (z + p[0]).mean()
        return float((centred / centred.std() * upstream).sum() * p[1])

    point = {"p": np.array([0.1, 2.0])}
    slope = forward(point["p"]) / 2
    rng = np.random.default_rng(0)
    kind, findings = failure(check_gradient, {"p": np.array([0.0, 2 * slope])}, forward, point, rng)
    assert (kind, findings[0]) == ("gradient", ("gradient", "dp[1], the worst of 1 wrong in 2"))


def test_never_says_that_nothing_is_wrong() -> None:
    """Errors just within tolerance may add up along a direction: then they pass, or are shown."""
    barely = RIGHT * (1 + 9e-7 * np.array([[1, -1, 1], [-1, 1, -1]]))
    for seed in range(30):
        said = ""
        try:
            check(barely, seed=seed)
        except CheckFailed as failed:
            said = str(failed)
        assert "worst of 0 wrong" not in said


@pytest.mark.parametrize(
    ("gradient", "factor", "kind", "findings"),
    [
        pytest.param(
            2 * RIGHT,
            2.0,
            "values",
            [
                (
                    "forward",
                    "193.0000 where 96.5000 was expected: it is judged before the backward",
                ),
                ("backward", "fits your own forward: start with the forward"),
            ],
            id="fits-own-forward",
        ),
        pytest.param(
            3 * RIGHT,
            2.0,
            "values",
            [
                (
                    "forward",
                    "193.0000 where 96.5000 was expected: it is judged before the backward",
                ),
                ("backward", "does not fit your own forward either (dx)"),
            ],
            id="does-not-fit-own-forward",
        ),
        pytest.param(
            RIGHT,
            2.0,
            "values",
            [
                (
                    "forward",
                    "193.0000 where 96.5000 was expected: it is judged before the backward",
                ),
                ("backward", "is right: only the forward needs a fix"),
            ],
            id="backward-is-right",
        ),
        pytest.param(
            0 * RIGHT,
            0.0,
            "values",
            [
                ("forward", "0 where 96.5000 was expected: it is judged before the backward"),
                ("backward", "fits your own forward: start with the forward"),
            ],
            id="constant-forward-with-a-zero-backward",
        ),
        pytest.param(
            RIGHT,
            np.nan,
            "values",
            [
                ("forward", "nan where 96.5000 was expected: it is judged before the backward"),
                ("backward", "is right: only the forward needs a fix"),
            ],
            id="nan",
        ),
        pytest.param(
            0 * RIGHT,
            1.0,
            "gradient",
            [
                ("gradient", "dx[1, 1], the worst of 6 wrong in 6"),
                ("analytic", "0   (yours)"),
                ("numeric", "30.0000   (central difference, h = 1e-05)"),
                ("error", "1 relative"),
                ("pattern", "every element of yours is 0"),
                ("backward", "does not fit your own forward, which is right here"),
            ],
            id="forward-is-right",
        ),
    ],
)
def test_judges_the_forward_first(
    failure: Any, gradient: Array, factor: float, kind: str, findings: list[tuple[str, str]]
) -> None:
    assert failure(check, gradient, own=lambda x: factor * loss(x)) == (kind, findings)


def test_a_forward_that_is_right_at_the_point_alone(failure: Any) -> None:
    kind, findings = failure(check, 0 * RIGHT, own=lambda x: loss(X))
    assert kind == "gradient"
    assert findings[-1] == (
        "backward",
        "fits your own forward, which is right only at this point",
    )


@pytest.mark.parametrize(
    ("value", "words", "expected"),
    [
        (None, "None", "a number"),
        (True, "a Python bool", "a number"),
        (np.ones(3), "an array, float64 of shape (3,)", "a number, not an array"),
        (1j, "a Python complex", "a real number"),
    ],
)
def test_a_forward_that_is_no_number(failure: Any, value: Any, words: str, expected: str) -> None:
    assert failure(check, RIGHT, own=lambda x: value) == (
        "type",
        [("in", "forward"), ("got", words), ("expected", expected)],
    )


def test_the_subject_of_a_failure_is_all_that_was_got() -> None:
    got = {"x": 3 * RIGHT}
    with pytest.raises(CheckFailed) as failed:
        check_gradient(got, loss, {"x": X}, np.random.default_rng(0))
    assert failed.value.subject is got


def test_finite_differences_are_only_as_good_as_they_are() -> None:
    step = 1e-2  # a one-sided difference of the squares is off by the step

    def forward_difference(row: int, column: int) -> float:
        return (loss(X + at(row, column, step)) - loss(X)) / step

    got = np.array([[forward_difference(row, column) for column in range(3)] for row in range(2)])
    with pytest.raises(CheckFailed):
        check(got)


def test_a_sum_is_no_upstream_gradient_so_a_random_one_shows_the_mistake() -> None:
    """Through a softmax a plain sum is constant: zeros would pass it."""
    x = np.array([[0.5, -1.0, 2.0]])
    upstream = np.random.default_rng(3).normal(size=x.shape)

    def softmax(x: Array) -> Array:
        e: Array = np.exp(x - x.max())
        return e / e.sum()

    zeros, rng = {"x": np.zeros_like(x)}, np.random.default_rng(0)
    check_gradient(zeros, lambda x: softmax(x).sum(), {"x": x}, rng)
    with pytest.raises(CheckFailed):
        check_gradient(zeros, lambda x: (softmax(x) * upstream).sum(), {"x": x}, rng)


# what is the case's own fault


@pytest.mark.parametrize("distance", [0.0, 5e-5, -CLEARANCE])
def test_a_point_on_a_kink_is_the_cases_fault(distance: float) -> None:
    with pytest.raises(CaseError, match=r"^the case's point lies within ten steps of a kink"):
        check(RIGHT, kinks=lambda x: x - X[0, 0] - distance)


def test_a_point_beside_the_kinks_is_fine() -> None:
    check(RIGHT, kinks=lambda x: x - X[0, 0] + 2 * CLEARANCE)
    check(RIGHT, kinks=lambda x: x[:0])
    with pytest.raises(CheckFailed):
        check(2 * RIGHT, kinks=lambda x: x)


def test_no_gradient_at_all_is_the_cases_fault() -> None:
    with pytest.raises(CaseError, match="no gradient"):
        check_gradient({}, loss, {"x": X}, np.random.default_rng(0))


def test_clear_of_kinks_draws_until_a_point_is_clear() -> None:
    draws = iter([0.0, 1e-5, -1.5 * CLEARANCE, 3 * CLEARANCE, 1.0])
    point = clear_of_kinks(lambda: {"x": np.array([1.0, next(draws)])}, lambda x: x)
    assert point["x"].tolist() == [1.0, 3 * CLEARANCE]


def test_clear_of_kinks_gives_up() -> None:
    with pytest.raises(CaseError, match=r"^no point without kinks nearby in 1000 draws$"):
        clear_of_kinks(lambda: {"x": np.zeros(2)}, lambda x: x)
