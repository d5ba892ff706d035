"""Hidden cases of rnn_bptt: the states step by step, then the way back."""

import numpy as np
import pytest

from dlprep.checks import check_contract, check_gradient, check_values

GRADIENTS = ("dx", "dh0", "dWx", "dWh", "db")
TELLING = ("b", "Wx", "Wh", "h0", "x")  # judged from the core out


def draw(rng, t=4, n=3, scale=0.6):
    """Random arguments of rnn, by name; no two sizes are equal."""
    shapes = {"x": (t, n, 2), "h0": (n, 5), "Wx": (2, 5), "Wh": (5, 5), "b": (5,)}
    return {name: rng.normal(scale=scale, size=shape) for name, shape in shapes.items()}


def saturated(rng):
    """As draw, but four of the five units are driven to ±1."""
    at = draw(rng)
    return at | {"b": at["b"] + 1e4 * np.array([1.0, -1.0, 0.0, 1.0, -1.0])}


def as_integers(at):
    """The arguments, three times as large and rounded."""
    return {name: (3 * array).round().astype(int) for name, array in at.items()}


def judge_states(submission, reference, at):
    """All states."""
    hs, _ = submission.rnn(*at.values())
    check_values(hs, reference.rnn(*at.values())[0], names=["hs"])


def judge_gradients(submission, reference, rng, at, dhs):
    """Every gradient, against differences of the reference's forward."""

    def loss_of(module):
        return lambda **point: (module.rnn(*point.values())[0] * dhs).sum()

    cache = submission.rnn(*at.values())[1]
    grads = dict(zip(at, submission.rnn_backward(dhs, cache), strict=True))
    grads = {name: grads[name] for name in TELLING}
    check_gradient(grads, loss_of(reference), at, rng, own=loss_of(submission))


def backward_values(module, at, dhs):
    """The five gradients by one forward and one backward."""
    return module.rnn_backward(dhs, module.rnn(*at.values())[1])


def test_one_step(submission, reference, rng):
    """takes one step, for a batch"""
    judge_states(submission, reference, draw(rng, t=1))


def test_sequence(submission, reference, rng):
    """feeds each state to the next step"""
    judge_states(submission, reference, draw(rng))


def test_large_preactivations(submission, reference, rng):
    """stays right for pre-activations of ±10,000"""
    judge_states(submission, reference, saturated(rng))


def test_float32(submission, reference, rng):
    """answers in float32 when everything is float32"""
    at = {name: array.astype(np.float32) for name, array in draw(rng).items()}
    judge_states(submission, reference, at)


def test_integers(submission, reference, rng):
    """takes integers and answers in float64"""
    judge_states(submission, reference, as_integers(draw(rng)))


def test_empty_batch(submission, rng):
    """gives empty states for an empty batch"""
    check_values(submission.rnn(*draw(rng, n=0).values())[0], np.zeros((4, 0, 5)), names=["hs"])


def test_memory_order(submission, reference, rng):
    """reads strided and transposed arrays"""
    at = {name: np.repeat(array, 2, axis=-1)[..., ::2] for name, array in draw(rng).items()}
    judge_states(
        submission, reference, at | {name: np.asfortranarray(at[name]) for name in ("x", "Wh")}
    )


def test_contract(submission, rng):
    """leaves its inputs alone and returns new arrays"""
    check_contract(submission.rnn, *draw(rng).values())


def test_gradients_of_one_step(submission, reference, rng):
    """sends a gradient back through one step"""
    judge_gradients(submission, reference, rng, draw(rng, t=1), rng.normal(size=(1, 3, 5)))


def test_gradients_from_the_last_state(submission, reference, rng):
    """carries what arrives at the last state back to the first step"""
    dhs = np.zeros((4, 3, 5))
    dhs[-1] = rng.normal(size=(3, 5))
    judge_gradients(submission, reference, rng, draw(rng), dhs)


def test_gradients(submission, reference, rng):
    """adds what arrives at each state to what later ones send back"""
    judge_gradients(submission, reference, rng, draw(rng), rng.normal(size=(4, 3, 5)))


def test_one_long_sequence(submission, reference, rng):
    """goes back through all steps of a long sequence"""
    at, dhs = draw(rng, t=30, n=1, scale=0.4), np.zeros((30, 1, 5))
    at["Wh"] = np.linalg.qr(at["Wh"])[0]  # keeps gradients alive
    dhs[-1] = rng.normal(size=5)
    check_values(
        backward_values(submission, at, dhs), backward_values(reference, at, dhs), names=GRADIENTS
    )


def test_caches_of_two_sequences(submission, reference, rng):
    """keeps the caches of two sequences apart"""
    first, second, dhs = draw(rng), draw(rng), rng.normal(size=(4, 3, 5))
    cache = submission.rnn(*first.values())[1]
    submission.rnn(*second.values())
    got = submission.rnn_backward(dhs, cache)
    check_values(got, backward_values(reference, first, dhs), names=GRADIENTS)


def test_contract_of_backward(submission, reference, rng):
    """leaves dhs and the cache alone"""
    at, dhs = draw(rng), rng.normal(size=(4, 3, 5))
    right = backward_values(reference, at, dhs)
    cache = submission.rnn(*at.values())[1]
    check_contract(
        submission.rnn_backward, dhs, cache, expected=lambda got: check_values(got, right)
    )


@pytest.mark.parametrize("kind", ["large pre-activations", "float32", "integers", "empty batch"])
def test_gradients_of_special_inputs(submission, reference, rng, kind):
    """sends gradients back for special inputs"""
    at = (
        saturated(rng)
        if kind == "large pre-activations"
        else draw(rng, n=0 if kind == "empty batch" else 3)
    )
    dhs = rng.normal(size=(4, len(at["h0"]), 5))
    if kind == "integers":
        at, dhs = as_integers(at), (3 * dhs).round().astype(int)
    if kind == "float32":
        at = {name: array.astype(np.float32) for name, array in at.items()}
        dhs = dhs.astype(np.float32)
    got = backward_values(submission, at, dhs)
    check_values(got, backward_values(reference, at, dhs), names=GRADIENTS)
