"""Hidden cases of lstm_cell: the forward gate by gate, then the backward path by path."""

import numpy as np
import pytest

from dlprep.checks import check_values, contrast, conventions
from dlprep.checks.values import Tolerance

GRADIENTS = ("dx", "dh", "dc", "dWx", "dWh", "db")
TELLING = ("dc", "db_i", "db_f", "db_g", "db_o", "dWx", "dWh", "dx", "dh")  # from the core out
FORM = Tolerance(0.0, np.inf)  # any finite numbers
SATURATED = Tolerance(1e-6, 1e-6, 1e-7)  # a sigmoid that is cut off at ±20 is near enough


def draw(rng, N=3, D=4, H=5):
    """Random arguments of lstm_cell, by name; no two sizes are equal."""
    shapes = {"x": (N, D), "h": (N, H), "c": (N, H)}
    shapes |= {"Wx": (D, 4 * H), "Wh": (H, 4 * H), "b": (4 * H,)}
    return {name: rng.normal(scale=0.7, size=shape) for name, shape in shapes.items()}


def draw_backward(rng, **sizes):
    """dh2, dc2 and the arguments of lstm_cell."""
    at = draw(rng, **sizes)
    return {"dh2": rng.normal(size=at["c"].shape), "dc2": rng.normal(size=at["c"].shape), **at}


def gates(i, f, g, o):
    """One row, two units: x and h are 0, and the gates' pre-activations are as given."""
    b = np.concatenate([np.broadcast_to(np.array(one, float), 2) for one in (i, f, g, o)])
    at = {"x": np.zeros((1, 3)), "h": np.zeros((1, 2)), "c": np.array([[2.0, -1.0]])}
    return at | {"Wx": np.ones((3, 8)), "Wh": np.ones((2, 8)), "b": b}


def saturated(at):
    """With the gates (i, f, g, o) of four of the five units wide open or shut."""
    signs = [[1, 1, 1, 1], [-1, -1, -1, -1], [-1, 1, 1, 1], [1, -1, -1, 1], [0, 0, 0, 0]]
    return at | {"b": at["b"] + 1e4 * np.array(signs, float).T.reshape(-1)}


def judge_states(submission, reference, at, tolerance=None):
    """c2 first: h2 is made from it."""
    h2, c2, _ = submission.lstm_cell(*at.values())
    right = reference.lstm_cell(*at.values())
    check_values((c2, h2), (right[1], right[0]), names=["c2", "h2"], tolerance=tolerance)


def backward(module, dh2, dc2, *at):
    """The gradients, by the module's own cache."""
    return module.lstm_backward(dh2, dc2, module.lstm_cell(*at)[2])


def judge_gradients(submission, reference, at, tolerance=None):
    """The gates' blocks of db one by one: a message then names the gate."""

    def by_gate(dx, dh, dc, dWx, dWh, db):
        return dc, *np.split(db, 4), dWx, dWh, dx, dh

    got, right = backward(submission, *at.values()), backward(reference, *at.values())
    check_values(got, right, names=GRADIENTS, tolerance=FORM)
    check_values(by_gate(*got), by_gate(*right), names=TELLING, tolerance=tolerance)


def test_forget_gate(submission):
    """keeps the memory where the forget gate is open, and only there"""
    at = gates(i=-50, f=[50, -50], g=1, o=2)
    _, c2, _ = submission.lstm_cell(*at.values())
    check_values(c2, np.array([[2.0, 0.0]]), names=["c2"], tolerance=SATURATED)


def test_input_gate(submission):
    """writes tanh(g) where the input gate is open, and only there"""
    at = gates(i=[50, -50], f=-50, g=-1.5, o=2)
    _, c2, _ = submission.lstm_cell(*at.values())
    check_values(c2, np.array([[np.tanh(-1.5), 0.0]]), names=["c2"], tolerance=SATURATED)


def test_output_gate(submission):
    """shows tanh(c2) where the output gate is open, and only there"""
    at = gates(i=-50, f=50, g=0, o=[50, -50])
    h2, _, _ = submission.lstm_cell(*at.values())
    check_values(h2, np.array([[np.tanh(2.0), 0.0]]), names=["h2"], tolerance=SATURATED)


def test_half_open_gates(submission, reference):
    """weighs memory against candidate by half open gates"""
    at = gates(i=[0.5, -1.0], f=[-2.0, 1.0], g=[1.0, -1.5], o=[1.5, -0.5])
    judge_states(submission, reference, at)


def test_step(submission, reference, rng):
    """feeds x Wx + h Wh + b to the gates, for a batch"""
    judge_states(submission, reference, draw(rng))


def test_saturated_gates(submission, reference, rng):
    """stays right for pre-activations of ±10,000"""
    judge_states(submission, reference, saturated(draw(rng)), SATURATED)


def test_gradients_from_h2(submission, reference, rng):
    """sends back what arrives at h2 alone"""
    at = draw_backward(rng, N=1, D=3, H=2)
    judge_gradients(submission, reference, at | {"dc2": np.zeros((1, 2))})


def test_gradients_from_c2(submission, reference, rng):
    """sends back what arrives at c2 alone"""
    at = draw_backward(rng, N=1, D=3, H=2)
    judge_gradients(submission, reference, at | {"dh2": np.zeros((1, 2))})


def test_gradients(submission, reference, rng):
    """adds up what arrives at h2 and at c2, for a batch"""
    judge_gradients(submission, reference, draw_backward(rng))


def test_two_steps(submission, reference, rng):
    """goes back through two steps, each with its own cache"""
    _, h, c, *weights = draw(rng).values()
    caches = []
    for x in rng.normal(size=(2, 3, 4)):
        h2, c2, cache = submission.lstm_cell(x, h, c, *weights)
        h, c, right = reference.lstm_cell(x, h, c, *weights)
        check_values((h2, c2), (h, c), names=["h2", "c2"])
        caches.append((cache, right))
    dh, dc = rng.normal(size=(2, 3, 5))
    for cache, right in reversed(caches):
        expected = reference.lstm_backward(dh, dc, right)
        check_values(submission.lstm_backward(dh, dc, cache), expected, names=GRADIENTS)
        _, dh, dc, *_ = expected


def test_gradients_of_saturated_gates(submission, reference, rng):
    """sends gradients through gates wide open or shut"""
    judge_gradients(submission, reference, saturated(draw_backward(rng)), SATURATED)


def everything(module, dh2, dc2, *at):
    h2, c2, cache = module.lstm_cell(*at)
    return h2, c2, *module.lstm_backward(dh2, dc2, cache)


NOTHING = [np.zeros((0, size)) for size in (5, 5, 4, 5, 5)]
NO_WEIGHTS = [np.zeros(shape) for shape in ((4, 20), (5, 20), 20)]
test_conventions = conventions(
    everything,
    lambda rng: [*draw_backward(rng).values()],
    names=("h2", "c2", *GRADIENTS),
    empty=([*NOTHING, *NO_WEIGHTS], (*NOTHING, *NO_WEIGHTS)),
)


def moved(at, i=0.0, f=0.0):
    """With the pre-activations of the input and the forget gate moved."""
    return at | {"b": at["b"] + np.repeat([i, f, 0.0, 0.0], 5)}


def equal_blocks(at):
    return at | {name: np.tile(at[name][..., :5], 4) for name in ("Wx", "Wh", "b")}


def zero(name):
    return lambda at: at | {name: 0 * at[name]}


# From the simple to the general: sizes other than 3, 4 and 5, and what is changed
FORWARD = {
    "one unit": ({"H": 1}, dict),
    "one row": ({"N": 1}, dict),
    "four equal blocks": ({}, equal_blocks),
    "h = 0": ({}, zero("h")),
    "b = 0": ({}, zero("b")),
    "c = 0": ({}, zero("c")),
    "the input gate shut": ({}, lambda at: moved(at, i=-50)),
    "c2 = c": ({}, lambda at: moved(at, i=-50, f=50)),
    "D = H": ({"D": 5}, dict),
    "3 rows, D = 4, H = 5": ({}, dict),
    "pre-activations of 10,000": ({}, saturated),
}
BACKWARD = {
    "one unit": ({"H": 1}, dict),
    "one row": ({"N": 1}, dict),
    "dc2 = 0": ({}, zero("dc2")),
    "dh2 = 0": ({}, zero("dh2")),
    "c = 0": ({}, zero("c")),
    "the input gate shut": ({}, lambda at: moved(at, i=-50)),
    "c2 = c": ({}, lambda at: moved(at, i=-50, f=50)),
    "D = H": ({"D": 5}, dict),
    "3 rows, D = 4, H = 5": ({}, dict),
    "pre-activations of 10,000": ({}, saturated),
}


@contrast("{}")
@pytest.mark.parametrize(("sizes", "change"), FORWARD.values(), ids=FORWARD)
def test_forward_contrast(submission, reference, rng, sizes, change):
    judge_states(submission, reference, change(draw(rng, **sizes)), SATURATED)


@contrast("{}")
@pytest.mark.parametrize(("sizes", "change"), BACKWARD.values(), ids=BACKWARD)
def test_backward_contrast(submission, reference, rng, sizes, change):
    judge_gradients(submission, reference, change(draw_backward(rng, **sizes)), SATURATED)
