"""Hidden cases of lstm_cell: the forward gate by gate, then the backward path by path."""

import numpy as np
import pytest

from dlprep.checks import check_contract, check_gradient, check_values
from dlprep.checks.values import Tolerance

GRADIENTS = ("dx", "dh", "dc", "dWx", "dWh", "db")
TELLING = ("c", "b_i", "b_f", "b_g", "b_o", "Wx", "Wh", "x", "h")  # judged from the core out
# one rounding is in the common table; a cell that works in float16 throughout rounds every product
LOWER = {"float32": None, "float16": Tolerance(6e-2, 6e-3)}
lower_precision = pytest.mark.parametrize(("dtype", "tolerance"), LOWER.items(), ids=LOWER)


def draw(rng, n=3):
    """Random arguments of lstm_cell, by name; no two sizes are equal."""
    shapes = {"x": (n, 4), "h": (n, 5), "c": (n, 5), "Wx": (4, 20), "Wh": (5, 20), "b": (20,)}
    return {name: rng.normal(scale=0.7, size=shape) for name, shape in shapes.items()}


def gates(i, f, g, o):
    """One row, two units: x and h are 0, and the gates' pre-activations are as given."""
    b = np.concatenate([np.broadcast_to(np.array(one, float), 2) for one in (i, f, g, o)])
    at = {"x": np.zeros((1, 3)), "h": np.zeros((1, 2)), "c": np.array([[2.0, -1.0]])}
    return at | {"Wx": np.ones((3, 8)), "Wh": np.ones((2, 8)), "b": b}


def saturated(rng):
    """As draw, but four of the five units have their gates (i, f, g, o) wide open or shut."""
    at = draw(rng)
    signs = [[1, 1, 1, 1], [-1, -1, -1, -1], [-1, 1, 1, 1], [1, -1, -1, 1], [0, 0, 0, 0]]
    return at | {"b": at["b"] + 1e4 * np.array(signs, float).T.reshape(-1)}


def judge_states(submission, reference, at):
    """c2 first: h2 is made from it."""
    h2, c2, _ = submission.lstm_cell(*at.values())
    expected = reference.lstm_cell(*at.values())
    check_values(c2, expected[1], names=["c2"])
    check_values(h2, expected[0], names=["h2"])


def by_gate(values):
    """The same with b's (or db's) four blocks one by one: a message then names the gate."""
    *rest, (_, b) = values.items()
    return dict(rest) | dict(zip(("b_i", "b_f", "b_g", "b_o"), np.split(b, 4), strict=True))


def judge_gradients(submission, reference, rng, at, dh2, dc2):
    """Every gradient, against differences of the reference's forward."""

    def loss_of(module):
        def loss(**point):
            *rest, i, f, g, o = point.values()
            h2, c2, _ = module.lstm_cell(*rest, np.concatenate([i, f, g, o]))
            return (h2 * dh2).sum() + (c2 * dc2).sum()

        return loss

    cache = submission.lstm_cell(*at.values())[2]
    got = submission.lstm_backward(dh2, dc2, cache)
    grads = by_gate(dict(zip(at, got, strict=True)))
    grads = {name: grads[name] for name in TELLING}
    check_gradient(grads, loss_of(reference), by_gate(at), rng, own=loss_of(submission))


def test_forget_gate(submission, reference):
    """keeps the memory where the forget gate is open, and only there"""
    at = gates(i=-50, f=[50, -50], g=1, o=0)
    _, c2, _ = submission.lstm_cell(*at.values())
    check_values(c2, np.array([[2.0, 0.0]]), names=["c2"])


def test_input_gate(submission, reference):
    """writes tanh(g) where the input gate is open, and only there"""
    at = gates(i=[50, -50], f=-50, g=-1.5, o=0)
    _, c2, _ = submission.lstm_cell(*at.values())
    check_values(c2, np.array([[np.tanh(-1.5), 0.0]]), names=["c2"])


def test_output_gate(submission, reference):
    """shows tanh(c2) where the output gate is open, and only there"""
    at = gates(i=-50, f=50, g=0, o=[50, -50])
    h2, _, _ = submission.lstm_cell(*at.values())
    check_values(h2, np.array([[np.tanh(2.0), 0.0]]), names=["h2"])


def test_half_open_gates(submission, reference):
    """weighs memory against candidate by half open gates"""
    at = gates(i=[0.5, -1.0], f=[-2.0, 1.0], g=[1.0, -1.5], o=[1.5, -0.5])
    judge_states(submission, reference, at)


def test_step(submission, reference, rng):
    """feeds x Wx + h Wh + b to the gates, for a batch"""
    judge_states(submission, reference, draw(rng))


def test_saturated_gates(submission, reference, rng):
    """stays right for pre-activations of ±10,000"""
    judge_states(submission, reference, saturated(rng))


@lower_precision
def test_lower_precision(submission, reference, rng, dtype, tolerance):
    """keeps the dtype of its input"""
    at = {name: array.astype(dtype) for name, array in draw(rng).items()}
    h2, c2, _ = submission.lstm_cell(*at.values())
    wide = reference.lstm_cell(*(array.astype(float) for array in at.values()))
    check_values(c2, wide[1].astype(dtype), names=["c2"], tolerance=tolerance)
    check_values(h2, wide[0].astype(dtype), names=["h2"], tolerance=tolerance)


def test_integers(submission, reference, rng):
    """takes integers and answers in float64"""
    at = {name: (3 * array).round().astype(int) for name, array in draw(rng).items()}
    judge_states(submission, reference, at)


def test_empty_batch(submission, reference, rng):
    """gives empty states for an empty batch"""
    judge_states(submission, reference, draw(rng, n=0))


def test_memory_order(submission, reference, rng):
    """reads strided and transposed arrays"""
    at = {name: np.repeat(array, 2, axis=-1)[..., ::2] for name, array in draw(rng).items()}
    at |= {name: np.asfortranarray(at[name]) for name in ("x", "Wx", "Wh")}
    judge_states(submission, reference, at)


def test_contract(submission, rng):
    """leaves its inputs alone and returns new arrays"""
    check_contract(submission.lstm_cell, *draw(rng).values())


def test_gradients_from_h2(submission, reference, rng):
    """sends back what arrives at h2 alone"""
    dh2 = rng.normal(size=(3, 5))
    judge_gradients(submission, reference, rng, draw(rng), dh2, 0 * dh2)


def test_gradients_from_c2(submission, reference, rng):
    """sends back what arrives at c2 alone"""
    dc2 = rng.normal(size=(3, 5))
    judge_gradients(submission, reference, rng, draw(rng), 0 * dc2, dc2)


def test_gradients(submission, reference, rng):
    """adds up what arrives at h2 and at c2"""
    dh2, dc2 = rng.normal(size=(2, 3, 5))
    judge_gradients(submission, reference, rng, draw(rng), dh2, dc2)


def test_two_steps(submission, reference, rng):
    """keeps the caches of two steps apart"""
    at, late = draw(rng), rng.normal(size=(3, 4))
    dh2, dc2 = rng.normal(size=(2, 3, 5))

    def loss(**point):
        x, h, c, *weights = point.values()
        h, c, _ = reference.lstm_cell(x, h, c, *weights)
        h, c, _ = reference.lstm_cell(late, h, c, *weights)
        return (h * dh2).sum() + (c * dc2).sum()

    h, c, first = submission.lstm_cell(*at.values())
    at2 = at | {"x": late, "h": h, "c": c}
    second = submission.lstm_cell(*at2.values())[2]
    _, dh, dc, *from_second = submission.lstm_backward(dh2, dc2, second)
    dx, dh, dc, *from_first = submission.lstm_backward(dh, dc, first)
    weights = [one + other for one, other in zip(from_first, from_second, strict=True)]
    check_gradient(dict(zip(at, [dx, dh, dc, *weights], strict=True)), loss, at, rng)


def test_contract_of_backward(submission, reference, rng):
    """leaves dh2, dc2 and the cache alone"""
    cache = submission.lstm_cell(*draw(rng).values())[2]
    check_contract(submission.lstm_backward, *rng.normal(size=(2, 3, 5)), cache)


def test_gradients_of_saturated_gates(submission, reference, rng):
    """sends gradients through gates wide open or shut"""
    at, (dh2, dc2) = saturated(rng), rng.normal(size=(2, 3, 5))
    cache = submission.lstm_cell(*at.values())[2]
    got = submission.lstm_backward(dh2, dc2, cache)
    expected = reference.lstm_backward(dh2, dc2, reference.lstm_cell(*at.values())[2])
    check_values(got, expected, names=GRADIENTS)


@lower_precision
def test_gradients_in_lower_precision(submission, reference, rng, dtype, tolerance):
    """keeps the dtype in the backward"""
    at = {name: array.astype(dtype) for name, array in draw(rng).items()}
    dh2, dc2 = rng.normal(size=(2, 3, 5)).astype(dtype)
    cache = submission.lstm_cell(*at.values())[2]
    got = submission.lstm_backward(dh2, dc2, cache)
    wide = reference.lstm_cell(*(array.astype(float) for array in at.values()))[2]
    expected = reference.lstm_backward(dh2.astype(float), dc2.astype(float), wide)
    expected = tuple(grad.astype(dtype) for grad in expected)
    check_values(got, expected, names=GRADIENTS, tolerance=tolerance)


def test_gradients_of_integers(submission, reference, rng):
    """answers in float64 in the backward too"""
    at = {name: (3 * array).round().astype(int) for name, array in draw(rng).items()}
    dh2, dc2 = rng.integers(-3, 4, (2, 3, 5))
    cache = submission.lstm_cell(*at.values())[2]
    got = submission.lstm_backward(dh2, dc2, cache)
    expected = reference.lstm_backward(dh2, dc2, reference.lstm_cell(*at.values())[2])
    check_values(got, expected, names=GRADIENTS)


def test_gradients_of_empty_batch(submission, reference, rng):
    """gives the parameters zero gradients for an empty batch"""
    at, nothing = draw(rng, n=0), np.zeros((0, 5))
    cache = submission.lstm_cell(*at.values())[2]
    got = submission.lstm_backward(nothing, nothing, cache)
    expected = reference.lstm_backward(nothing, nothing, reference.lstm_cell(*at.values())[2])
    check_values(got, expected, names=GRADIENTS)
