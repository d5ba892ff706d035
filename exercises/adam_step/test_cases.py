"""Hidden cases of adam_step, from the plain to the extreme."""

import numpy as np
import pytest

from dlprep.checks import check_stability, check_values, contrast, conventions

NAMES = ("w2", "m2", "v2")


def draw(rng, *shape, scale=1.0):
    """Weights, gradient and moments as a few steps may leave them."""
    w, g, m = rng.normal(scale=[[1.0], [scale], [scale]], size=(3, int(np.prod(shape))))
    w, g, m = (array.reshape(shape) for array in (w, g, m))
    return w, g, m, m**2 + scale**2 * rng.uniform(0.1, 1.0, size=shape)


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


def test_tiny_gradients(submission):
    """adds eps to the corrected root: it shows when gradients are tiny"""
    g = np.array([1e-6, -1e-7, 1e-8, -1e-10])
    w2 = -1e-3 * g / (np.abs(g) + 1e-8)  # exact for a first step from 0
    got = submission.adam_step(np.zeros(4), g, np.zeros(4), np.zeros(4), 1)
    check_stability(got, (w2, 0.1 * g, 0.001 * g**2), names=NAMES)


def test_huge_gradients(submission):
    """moves by lr, however large the gradient"""
    g = np.array([1e2, -1e4, 1e10, -1e20])
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


def test_any_shape(submission, reference, rng):
    """takes arrays of more axes"""
    state = draw(rng, 3, 2, 4)
    got = submission.adam_step(*state, 2, lr=0.1)
    check_values(got, reference.adam_step(*state, 2, lr=0.1), names=NAMES)


test_conventions = conventions(
    "adam_step",
    lambda rng: [*draw(rng, 4, 3), 3, 0.1],
    names=NAMES,
    empty=([np.zeros((0, 3))] * 4 + [2], (np.zeros((0, 3)),) * 3),
    one_number=[np.array(value) for value in (2.0, -0.5, 0.3, 0.2)] + [2, 0.1],
)

# From the simple to the general: t, the size of the gradients (1,000 is too large for eps to
# show), the shares of the drawn weights and of the drawn moments, and settings
CONTRASTS = {
    "the first step": (1, 1e3, 1, 0, {}),
    "t = 1 with moments that are not 0": (1, 1e3, 1, 1, {}),
    "t = 3 with weights of 0": (3, 1e3, 0, 1, {}),
    "t = 3": (3, 1e3, 1, 1, {}),
    "t = 3 with b1 = b2": (3, 1e3, 1, 1, {"b1": 0.7, "b2": 0.7}),
    "t = 3 with other betas": (3, 1e3, 1, 1, {"b1": 0.6, "b2": 0.8}),
    "lr = 0.5": (3, 1e3, 1, 1, {"lr": 0.5}),
    "step 100,000": (100_000, 1e3, 1, 1, {}),
    "a gradient that was always 0": (3, 0.0, 1, 0, {}),
    "a first step with tiny gradients": (1, 1e-7, 0, 0, {}),
    "step 100,000 with tiny gradients": (100_000, 1e-7, 0, 1, {}),
    "eps = 0.1": (3, 1.0, 0, 1, {"eps": 0.1}),
}


@contrast("{}")
@pytest.mark.parametrize(
    ("t", "scale", "weights", "moments", "settings"), CONTRASTS.values(), ids=CONTRASTS
)
def test_contrast(submission, reference, rng, t, scale, weights, moments, settings):
    w, g, m, v = draw(rng, 4, scale=scale)
    state = weights * w, g, moments * m, moments * v
    got = submission.adam_step(*state, t, **settings)
    check_values(got, reference.adam_step(*state, t, **settings), names=NAMES)
