"""Hidden cases of adam_step, from the plain to the extreme."""

import numpy as np
import pytest

from dlprep.checks import check_contract, check_stability, check_values

NAMES = ("w2", "m2", "v2")


def draw(rng, *shape):
    """Weights, gradient and moments as a few steps may leave them."""
    w, g, m = (rng.normal(size=shape) for _ in range(3))
    return w, g, m, m**2 + rng.uniform(0.1, 1.0, size=shape)


def as_arrays(result):
    """The parts of ``result`` as arrays: NumPy makes scalars of shape () by itself."""
    if not isinstance(result, (tuple, list)):
        return result
    return tuple(np.asarray(p) if isinstance(p, (float, np.floating)) else p for p in result)


# In the first three cases weights and gradients are too large for eps to show: it has its own


def test_first_step(submission, reference):
    """takes the first step, from zero moments"""
    w, g, zero = np.array([1.0, -2.0, 3.0]), np.array([2.0, 5.0, -4.0]), np.zeros(3)
    got = submission.adam_step(w, g, zero, zero, 1)
    check_values(got, reference.adam_step(w, g, zero, zero, 1), names=NAMES)


def test_later_step(submission, reference):
    """takes a later step, from the moments it is given"""
    w, g = np.array([1.0, -2.0, 3.0]), np.array([3.0, -2.0, 4.0])
    m, v = np.array([0.8, 0.5, -1.2]), np.array([0.04, 0.03, 0.09])
    got = submission.adam_step(w, g, m, v, 4)
    check_values(got, reference.adam_step(w, g, m, v, 4), names=NAMES)


def test_several_steps(submission, reference, rng):
    """stays right over eight steps, each from the last one's result"""
    w, m, v = np.array([[4.0, -5.0, 6.0], [-7.0, 8.0, -9.0]]), np.zeros((2, 3)), np.zeros((2, 3))
    for t in range(1, 9):
        g = rng.uniform(2.0, 6.0, size=(2, 3)) * rng.choice([-1.0, 1.0], size=(2, 3))
        got = submission.adam_step(w, g, m, v, t)
        check_values(got, reference.adam_step(w, g, m, v, t), names=NAMES)
        w, m, v = got


def test_contract(submission, rng):
    """changes none of its arguments and returns new arrays"""
    check_contract(submission.adam_step, *draw(rng, 2, 3), 2, lr=0.1)


def test_tiny_gradients(submission):
    """adds eps to the corrected root: it shows when gradients are tiny"""
    g = np.array([1e-6, -1e-7, 1e-8, -1e-10])
    w2 = -1e-3 * g / (np.abs(g) + 1e-8)  # exact for a first step from 0
    got = submission.adam_step(np.zeros(4), g, np.zeros(4), np.zeros(4), 1)
    check_stability(got, (w2, 0.1 * g, 0.001 * g**2), names=NAMES)


def test_huge_gradients(submission):
    """moves by lr, however large the gradient"""
    g = np.array([1e2, -1e4, 1e20, -1e100])
    got = submission.adam_step(np.zeros(4), g, np.zeros(4), np.zeros(4), 1, lr=0.5)
    check_stability(got, (-0.5 * g / (np.abs(g) + 1e-8), 0.1 * g, 0.001 * g**2), names=NAMES)


def test_zero_gradient(submission, reference):
    """leaves a weight alone that never had a gradient, and carries another one on"""
    w, zero = np.array([5.0, 5.0]), np.zeros(2)
    m, v = np.array([0.0, 0.5]), np.array([0.0, 0.25])
    check_stability(submission.adam_step(w, zero, zero, zero, 1), (w, zero, zero), names=NAMES)
    got = submission.adam_step(w, zero, m, v, 3)
    check_stability(got, reference.adam_step(w, zero, m, v, 3), names=NAMES)


@pytest.mark.parametrize(
    "settings",
    [{"lr": 0.3}, {"b1": 0.6}, {"b2": 0.7}, {"eps": 0.1}, {"b1": 0.0, "b2": 0.5}],
    ids=lambda settings: ", ".join(f"{key}={value}" for key, value in settings.items()),
)
def test_other_settings(submission, reference, rng, settings):
    """uses lr, b1, b2 and eps as they are given"""
    state = draw(rng, 2, 3)
    got = submission.adam_step(*state, 3, **settings)
    check_values(got, reference.adam_step(*state, 3, **settings), names=NAMES)


def test_late_step(submission, rng):
    """needs no correction any more at step 100,000"""
    w, g, m, v = draw(rng, 5)
    m2, v2 = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
    expected = w - 1e-3 * m2 / (np.sqrt(v2) + 1e-8), m2, v2
    check_values(submission.adam_step(w, g, m, v, 100_000), expected, names=NAMES)


@pytest.mark.parametrize("shape", [(), (1,), (3, 2, 4), (0,), (0, 3)], ids=str)
def test_any_shape(submission, reference, rng, shape):
    """takes arrays of any shape, and empty ones"""
    state = [np.asarray(array) for array in draw(rng, *shape)]
    got = as_arrays(submission.adam_step(*state, 2, lr=0.1))
    check_values(got, as_arrays(reference.adam_step(*state, 2, lr=0.1)), names=NAMES)


def test_float32(submission, reference, rng):
    """answers in float32 when everything is float32"""
    state = [array.astype(np.float32) for array in draw(rng, 3, 2)]
    got = submission.adam_step(*state, 3, lr=0.1)
    check_values(got, reference.adam_step(*state, 3, lr=0.1), names=NAMES)


def test_integers(submission, reference):
    """takes integers and answers in float64"""
    state = np.array([3, -1]), np.array([2, -5]), np.array([1, 0]), np.array([4, 1])
    got = submission.adam_step(*state, 3)
    check_values(got, reference.adam_step(*state, 3), names=NAMES)


def test_memory_order(submission, reference, rng):
    """reads strided and transposed arrays"""
    w, g, m, v = draw(rng, 4, 6)
    state = w[:, ::2], g[:, 1::2], m.T[:3].T, v.T[3:].T
    got = submission.adam_step(*state, 2, lr=0.1)
    check_values(got, reference.adam_step(*state, 2, lr=0.1), names=NAMES)
