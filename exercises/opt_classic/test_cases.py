"""Hidden cases of opt_classic: SGD, momentum, Nesterov; then the two that divide by a root."""

import numpy as np
import pytest

from dlprep.checks import check_contract, check_stability, check_values

SGD, ADAGRAD, RMSPROP = ("w2", "buf2"), ("w2", "s2"), ("w2", "v2")
W = np.array([1.0, -2.0, 3.0])
G = np.array([2.0, 5.0, -4.0])
BUFFER = np.array([3.0, -1.0, 0.5])
SQUARES = np.array([2.0, 0.25, 6.0])
PLAIN = 1e-13  # an eps that does not show: it has cases of its own
# What follows w, g and the state: one call of each function
CALLS = {
    "sgd": (0.1, 0.9, False, 0.05),
    "nesterov": (0.1, 0.8, True, 0.05),
    "adagrad": (0.1, 0.2),
    "rmsprop": (0.1, 0.7, 0.2),
}
NAMES = {"sgd": SGD, "nesterov": SGD, "adagrad": ADAGRAD, "rmsprop": RMSPROP}
every_optimiser = pytest.mark.parametrize("optimiser", CALLS)


def draw(rng, *shape):
    """Weights, gradient and a state that is not negative."""
    return *rng.normal(size=(2, *shape)), rng.uniform(0.1, 2.0, size=shape)


def function(module, optimiser):
    """The function of ``optimiser``: Nesterov's is sgd."""
    return getattr(module, "sgd" if optimiser == "nesterov" else optimiser)


def judge(submission, reference, optimiser, state):
    """One call with the settings above."""
    args = *state, *CALLS[optimiser]
    got = function(submission, optimiser)(*args)
    check_values(got, function(reference, optimiser)(*args), names=NAMES[optimiser])


def test_plain_sgd(submission):
    """moves against the gradient, without momentum"""
    w2, _ = submission.sgd(W, G, None, 0.1)
    check_values(w2, np.array([0.8, -2.5, 3.4]), names=["w2"])


def test_no_momentum(submission):
    """ignores a buffer when mu is left at 0"""
    w2, _ = submission.sgd(W, G, BUFFER, 0.1)
    check_values(w2, np.array([0.8, -2.5, 3.4]), names=["w2"])


def test_weight_decay(submission):
    """adds wd times the weights to the gradient"""
    w2, _ = submission.sgd(W, G, None, 0.1, wd=0.5)
    check_values(w2, np.array([0.75, -2.4, 3.25]), names=["w2"])


def test_first_momentum_step(submission, reference):
    """starts the buffer with the gradient, undamped"""
    got = submission.sgd(W, G, None, 0.1, mu=0.75)
    check_values(got, reference.sgd(W, G, None, 0.1, mu=0.75), names=SGD)


def test_later_momentum_step(submission, reference):
    """adds the gradient to mu times the buffer"""
    got = submission.sgd(W, G, BUFFER, 0.1, mu=0.75)
    check_values(got, reference.sgd(W, G, BUFFER, 0.1, mu=0.75), names=SGD)


def test_zero_buffer(submission, reference):
    """takes a buffer of zeros like none"""
    got = submission.sgd(W, G, np.zeros(3), 0.1, mu=0.75)
    check_values(got, reference.sgd(W, G, None, 0.1, mu=0.75), names=SGD)


def test_momentum_and_decay(submission, reference):
    """lets the weight decay into the buffer"""
    got = submission.sgd(W, G, BUFFER, 0.1, mu=0.75, wd=0.5)
    check_values(got, reference.sgd(W, G, BUFFER, 0.1, mu=0.75, wd=0.5), names=SGD)


def test_first_nesterov_step(submission, reference):
    """looks ahead in the first Nesterov step"""
    got = submission.sgd(W, G, None, 0.1, mu=0.75, nesterov=True)
    check_values(got, reference.sgd(W, G, None, 0.1, mu=0.75, nesterov=True), names=SGD)


def test_later_nesterov_step(submission, reference):
    """looks ahead along the new buffer"""
    got = submission.sgd(W, G, BUFFER, 0.1, mu=0.75, nesterov=True)
    check_values(got, reference.sgd(W, G, BUFFER, 0.1, mu=0.75, nesterov=True), names=SGD)


def test_nesterov_and_decay(submission, reference):
    """uses the gradient with its decay in both places of Nesterov's step"""
    got = submission.sgd(W, G, BUFFER, 0.1, mu=0.75, nesterov=True, wd=0.5)
    expected = reference.sgd(W, G, BUFFER, 0.1, mu=0.75, nesterov=True, wd=0.5)
    check_values(got, expected, names=SGD)


@pytest.mark.parametrize("nesterov", [False, True], ids=["momentum", "nesterov"])
def test_schedule(submission, reference, rng, nesterov):
    """stays right over six steps, while the learning rate falls"""
    w, buf = rng.normal(size=(2, 3)), None
    for lr in (0.5, 0.5, 0.2, 0.2, 0.01, 0.0):
        args = w, rng.normal(size=(2, 3)), buf, lr, 0.9, nesterov, 0.1
        w, buf = submission.sgd(*args)
        check_values((w, buf), reference.sgd(*args), names=SGD)


def test_first_adagrad_step(submission, reference):
    """takes Adagrad's first step, from a zero state"""
    got = submission.adagrad(W, G, np.zeros(3), 0.1, PLAIN)
    check_values(got, reference.adagrad(W, G, np.zeros(3), 0.1, PLAIN), names=ADAGRAD)


def test_later_adagrad_step(submission, reference):
    """adds the squared gradient to Adagrad's state"""
    got = submission.adagrad(W, G, SQUARES, 0.1, PLAIN)
    check_values(got, reference.adagrad(W, G, SQUARES, 0.1, PLAIN), names=ADAGRAD)


def test_first_rmsprop_step(submission, reference):
    """takes RMSprop's first step, from a zero state"""
    got = submission.rmsprop(W, G, np.zeros(3), 0.1, 0.75, PLAIN)
    check_values(got, reference.rmsprop(W, G, np.zeros(3), 0.1, 0.75, PLAIN), names=RMSPROP)


def test_later_rmsprop_step(submission, reference):
    """averages the squared gradient into RMSprop's state"""
    got = submission.rmsprop(W, G, SQUARES, 0.1, 0.75, PLAIN)
    check_values(got, reference.rmsprop(W, G, SQUARES, 0.1, 0.75, PLAIN), names=RMSPROP)


def test_adagrad_with_tiny_gradients(submission):
    """adds eps to Adagrad's root: it shows when gradients are tiny"""
    g = np.array([1e-6, -1e-8, 1e-10])
    w2 = -0.1 * g / (np.abs(g) + 1e-8)
    got = submission.adagrad(np.zeros(3), g, np.zeros(3), 0.1, 1e-8)
    check_stability(got, (w2, g**2), names=ADAGRAD)


def test_rmsprop_with_tiny_gradients(submission):
    """adds eps to RMSprop's root: it shows when gradients are tiny"""
    g = np.array([1e-6, -1e-8, 1e-10])
    w2 = -0.1 * g / (0.5 * np.abs(g) + 1e-8)
    got = submission.rmsprop(np.zeros(3), g, np.zeros(3), 0.1, 0.75, 1e-8)
    check_stability(got, (w2, g**2 / 4), names=RMSPROP)


def test_zero_gradient(submission):
    """leaves a weight alone that never had a gradient"""
    zero = np.zeros(3)
    check_stability(submission.sgd(W, zero, zero, 0.1, 0.9), (W, zero), names=SGD)
    check_stability(submission.adagrad(W, zero, zero, 0.1, 1e-8), (W, zero), names=ADAGRAD)
    check_stability(submission.rmsprop(W, zero, zero, 0.1, 0.75, 1e-8), (W, zero), names=RMSPROP)


def test_huge_gradients(submission):
    """moves by about lr, however large the gradient"""
    g, zero = np.array([1e4, -1e20, 1e100]), np.zeros(3)
    got = submission.adagrad(zero, g, zero, 0.1, 1e-8)
    check_stability(got, (-0.1 * np.sign(g), g**2), names=ADAGRAD)
    got = submission.rmsprop(zero, g, zero, 0.1, 0.75, 1e-8)
    check_stability(got, (-0.2 * np.sign(g), g**2 / 4), names=RMSPROP)


@pytest.mark.parametrize("optimiser", ["adagrad", "rmsprop"])
def test_several_steps(submission, reference, rng, optimiser):
    """stays right over six steps, each from the last one's result"""
    w, state = rng.normal(size=(2, 3)), np.zeros((2, 3))
    for _ in range(6):
        args = w, rng.normal(size=(2, 3)), state, *CALLS[optimiser]
        w, state = function(submission, optimiser)(*args)
        right = function(reference, optimiser)(*args)
        check_values((w, state), right, names=NAMES[optimiser])


@every_optimiser
def test_shapes(submission, reference, rng, optimiser):
    """takes arrays of any shape, and empty ones"""
    for shape in [(1,), (3, 2, 4), (0,), (0, 3)]:
        judge(submission, reference, optimiser, draw(rng, *shape))


@every_optimiser
def test_float32(submission, reference, rng, optimiser):
    """answers in float32 when everything is float32"""
    state = [array.astype(np.float32) for array in draw(rng, 3, 2)]
    judge(submission, reference, optimiser, state)


@every_optimiser
def test_integers(submission, reference, optimiser):
    """takes integers and answers in float64"""
    state = np.array([3, -1, 2]), np.array([2, -5, 1]), np.array([4, 1, 2])
    judge(submission, reference, optimiser, state)


@pytest.mark.parametrize("dtype", ["float32", "int64"])
def test_dtype_without_buffer(submission, reference, dtype):
    """makes the first buffer of the right dtype"""
    args = W.astype(dtype), G.astype(dtype), None, 0.1, 0.75
    check_values(submission.sgd(*args), reference.sgd(*args), names=SGD)


@every_optimiser
def test_memory_order(submission, reference, rng, optimiser):
    """reads strided and transposed arrays"""
    w, g, state = draw(rng, 4, 6)
    judge(submission, reference, optimiser, (w[:, ::2], g.T[:3].T, state[:, 1::2]))


@every_optimiser
def test_contract(submission, rng, optimiser):
    """changes none of its arguments and returns new arrays"""
    check_contract(function(submission, optimiser), *draw(rng, 2, 3), *CALLS[optimiser])


def test_contract_of_first_step(submission, rng):
    """returns a new buffer from the first step too"""
    w, g, _ = draw(rng, 2, 3)
    check_contract(submission.sgd, w, g, None, 0.1, 0.9)
