"""Hidden cases of layernorm_rms: the forwards, their numerics, then the backwards."""

import numpy as np
import pytest

from dlprep.checks import check_contract, check_gradient, check_stability, check_values

EPS = 1e-5
ROW = np.array([[1.0, 3.0, 8.0, -4.0]])
GAIN, BIAS = np.array([0.5, -2.0, 3.0, 1.5]), np.array([0.25, 1.0, -1.0, 2.0])
DEVIATIONS = np.array([[1.0, -2.0, 3.0, -1.0, -1.0], [-2.0, 1.0, 1.0, 2.0, -2.0]])  # sums are 0
TELLING = ("b", "g", "x")  # gradients are judged from the simple ones to dx
both_norms = pytest.mark.parametrize("norm", ["layernorm", "rmsnorm"])


def draw(rng, norm, *shape):
    """Random arguments of ``norm`` by name, without eps."""
    at = {"x": 2 * rng.normal(size=shape) + 0.7, "g": rng.normal(size=shape[-1]) + 1.5}
    return at | ({"b": rng.normal(size=shape[-1])} if norm == "layernorm" else {})


def strided(at):
    """The same values: x column by column, the others with gaps between them."""
    apart = {name: np.repeat(array, 2, axis=-1)[..., ::2] for name, array in at.items()}
    return apart | {"x": np.asfortranarray(at["x"])}


def judge(submission, reference, norm, at, eps=EPS):
    """The forward alone."""
    y, _ = getattr(submission, norm)(*at.values(), eps)
    check_values(y, getattr(reference, norm)(*at.values(), eps)[0], names=["y"])


def backward(module, norm, at, dy, eps=EPS):
    """What the backward gives after the module's own forward, as a dict by argument."""
    cache = getattr(module, norm)(*at.values(), eps)[1]
    grads = dict(zip(at, getattr(module, f"{norm}_backward")(dy, cache), strict=True))
    return {name: grads[name] for name in TELLING if name in grads}


def judge_backward(submission, reference, norm, at, dy, eps=EPS):
    """Every gradient against the reference's."""
    got = tuple(backward(submission, norm, at, dy, eps).values())
    expected = backward(reference, norm, at, dy, eps)
    check_values(got, tuple(expected.values()), names=[f"d{name}" for name in expected])


def judge_gradient(submission, reference, rng, norm, at, eps=EPS):
    """Every gradient against differences of the reference's forward."""
    dy = rng.normal(size=at["x"].shape)

    def loss_of(module):
        return lambda **at: (getattr(module, norm)(*at.values(), eps)[0] * dy).sum()

    got = backward(submission, norm, at, dy, eps)
    check_gradient(got, loss_of(reference), at, rng, own=loss_of(submission))


def test_layernorm_of_a_row(submission, reference):
    """gives a row the mean 0 and the variance 1"""
    judge(submission, reference, "layernorm", {"x": ROW, "g": np.ones(4), "b": np.zeros(4)}, 0.0)


def test_gain_and_bias(submission, reference):
    """multiplies by the gain, then adds the bias"""
    judge(submission, reference, "layernorm", {"x": ROW, "g": GAIN, "b": BIAS}, 0.0)


def test_layernorm_of_rows(submission, reference):
    """normalises each row by itself"""
    x = np.array([[1.0, 3.0, 8.0, -4.0], [50.0, -20.0, 10.0, 30.0], [0.1, 0.3, 0.2, -0.2]])
    judge(submission, reference, "layernorm", {"x": x, "g": GAIN, "b": BIAS}, 0.0)


def test_layernorm_eps(submission, reference):
    """adds eps to the variance: it shows when the spread is small"""
    judge(submission, reference, "layernorm", {"x": 1e-3 * ROW, "g": GAIN, "b": BIAS}, 1e-5)


def test_rmsnorm_of_a_row(submission, reference):
    """divides a row by its root mean square"""
    judge(submission, reference, "rmsnorm", {"x": ROW, "g": np.ones(4)}, 0.0)


def test_rmsnorm_of_rows(submission, reference):
    """divides each row by its own, then multiplies by the gain"""
    x = np.array([[1.0, 3.0, 8.0, -4.0], [50.0, -20.0, 10.0, 30.0], [0.1, 0.3, 0.2, -0.2]])
    judge(submission, reference, "rmsnorm", {"x": x, "g": GAIN}, 0.0)


def test_rmsnorm_eps(submission, reference):
    """adds eps to the mean square: it shows when entries are small"""
    judge(submission, reference, "rmsnorm", {"x": 1e-3 * ROW, "g": GAIN}, 1e-5)


@both_norms
@pytest.mark.parametrize("shape", [(5,), (2, 3, 5), (3, 1, 2, 4), (4, 1)], ids=str)
def test_leading_axes(submission, reference, rng, norm, shape):
    """takes any number of leading axes"""
    judge(submission, reference, norm, draw(rng, norm, *shape))


def test_large_offset(submission, reference):
    """stays right for rows with a mean of 1e8"""
    g, b = np.array([0.5, -2.0, 3.0, 1.5, 1.0]), np.array([0.1, 0.2, 0.3, 0.4, 0.5])
    y, _ = submission.layernorm(1e8 + DEVIATIONS, g, b, EPS)
    # the mean itself is only known to 1e-8 when it is rounded on the way
    expected, _ = reference.layernorm(DEVIATIONS, g, b, EPS)
    check_stability(y, expected, names=["y"], relative=1e-5)


def test_large_offset_in_float32(submission, reference):
    """stays right for rows with a mean of 1e4 in float32"""
    x = (1e4 + DEVIATIONS).astype(np.float32)
    g, b = np.ones(5, np.float32), np.zeros(5, np.float32)
    y, _ = submission.layernorm(x, g, b, EPS)
    # a mean that is rounded on the way in float32 is off by 1e-3
    expected = reference.layernorm(DEVIATIONS, g, b, EPS)[0].astype(np.float32)
    check_stability(y, expected, names=["y"], relative=1e-2)


def test_equal_entries(submission):
    """gives the bias for a row of equal entries"""
    x = np.array([[0.0] * 4, [3.0] * 4, [-1e6] * 4])
    y, _ = submission.layernorm(x, GAIN, BIAS, EPS)
    check_stability(y, np.tile(BIAS, (3, 1)), names=["y"])


def test_zero_row(submission):
    """gives zeros for a row of zeros in RMSNorm"""
    y, _ = submission.rmsnorm(np.zeros((2, 4)), GAIN, EPS)
    check_stability(y, np.zeros((2, 4)), names=["y"])


@both_norms
def test_large_float16(submission, reference, rng, norm):
    """stays right for float16 entries of ±1,000"""
    at = draw(rng, norm, 3, 6)
    at["x"] = rng.uniform(400.0, 1000.0, (3, 6)) * rng.choice([-1.0, 1.0], (3, 6))
    low = {name: array.astype(np.float16) for name, array in at.items()}
    wide = {name: array.astype(float) for name, array in low.items()}
    y, _ = getattr(submission, norm)(*low.values(), EPS)
    expected, _ = getattr(reference, norm)(*wide.values(), EPS)
    check_values(y, expected.astype(np.float16), names=["y"])


@both_norms
@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_lower_precision(submission, reference, rng, norm, dtype):
    """keeps the dtype of its input"""
    at = {name: array.astype(dtype) for name, array in draw(rng, norm, 3, 5).items()}
    judge(submission, reference, norm, at)


@both_norms
def test_integers(submission, reference, rng, norm):
    """takes integers and answers in float64"""
    at = {name: (3 * array).round().astype(int) for name, array in draw(rng, norm, 3, 5).items()}
    judge(submission, reference, norm, at)


@both_norms
def test_empty_batch(submission, norm):
    """keeps the shape of an empty batch"""
    for shape in [(0, 4), (2, 0, 4)]:
        arrays = (np.zeros(shape), GAIN, BIAS)[: 3 if norm == "layernorm" else 2]
        y, _ = getattr(submission, norm)(*arrays, EPS)
        check_values(y, np.zeros(shape), names=["y"])


@both_norms
def test_memory_order(submission, reference, rng, norm):
    """reads strided and transposed arrays"""
    judge(submission, reference, norm, strided(draw(rng, norm, 3, 5)))


@both_norms
def test_contract(submission, rng, norm):
    """leaves its inputs alone and returns new arrays"""
    check_contract(getattr(submission, norm), *draw(rng, norm, 2, 3, 5).values(), EPS)


@both_norms
def test_gradient(submission, reference, rng, norm):
    """has the gradients that central differences give"""
    judge_gradient(submission, reference, rng, norm, draw(rng, norm, 4, 5))


@both_norms
def test_gradient_with_eps(submission, reference, rng, norm):
    """keeps eps in the backward: here it is as large as the variance"""
    judge_gradient(submission, reference, rng, norm, draw(rng, norm, 4, 5), eps=4.0)


@both_norms
@pytest.mark.parametrize("shape", [(5,), (2, 3, 5)], ids=str)
def test_gradient_with_leading_axes(submission, reference, rng, norm, shape):
    """sums the gradients of gain and bias over all leading axes"""
    judge_gradient(submission, reference, rng, norm, draw(rng, norm, *shape))


@both_norms
def test_gradient_without_spread(submission, reference, rng, norm):
    """sends gradients through a row of equal entries, or of zeros"""
    at = draw(rng, norm, 3, 5)
    at["x"][1] = 3.0
    at["x"][2] = 0.0
    judge_backward(submission, reference, norm, at, rng.normal(size=(3, 5)))


@both_norms
def test_memory_order_of_backward(submission, reference, rng, norm):
    """reads strided and transposed arrays in the backward"""
    at, dy = strided(draw(rng, norm, 3, 5)), np.asfortranarray(rng.normal(size=(3, 5)))
    judge_backward(submission, reference, norm, at, dy)


@both_norms
def test_two_caches(submission, reference, rng, norm):
    """keeps the caches of two calls apart"""
    at, late = draw(rng, norm, 3, 5), draw(rng, norm, 3, 5)
    dy = rng.normal(size=(3, 5))
    cache = getattr(submission, norm)(*at.values(), EPS)[1]
    getattr(submission, norm)(*late.values(), EPS)
    got = getattr(submission, f"{norm}_backward")(dy, cache)
    right = getattr(reference, norm)(*at.values(), EPS)[1]
    expected = getattr(reference, f"{norm}_backward")(dy, right)
    check_values(got, expected, names=[f"d{name}" for name in at])


@both_norms
def test_contract_of_backward(submission, reference, rng, norm):
    """leaves dy and the cache alone"""
    at, dy = draw(rng, norm, 2, 3, 5), rng.normal(size=(2, 3, 5))
    own, backward = getattr(reference, norm)(*at.values(), EPS)[1], f"{norm}_backward"
    right = getattr(reference, backward)(dy, own)
    cache = getattr(submission, norm)(*at.values(), EPS)[1]
    check_contract(
        getattr(submission, backward), dy, cache, expected=lambda got: check_values(got, right)
    )


@both_norms
@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_gradients_in_lower_precision(submission, reference, rng, norm, dtype):
    """keeps the dtype in the backward"""
    at = {name: array.astype(dtype) for name, array in draw(rng, norm, 3, 5).items()}
    judge_backward(submission, reference, norm, at, rng.normal(size=(3, 5)).astype(dtype))


@both_norms
def test_gradients_of_integers(submission, reference, rng, norm):
    """answers in float64 in the backward too"""
    at = {name: (3 * array).round().astype(int) for name, array in draw(rng, norm, 3, 5).items()}
    judge_backward(submission, reference, norm, at, rng.integers(-3, 4, (3, 5)))


@both_norms
def test_gradients_of_empty_batch(submission, reference, norm):
    """gives gain and bias zero gradients for an empty batch"""
    arrays = {"x": np.zeros((2, 0, 4)), "g": GAIN} | ({"b": BIAS} if norm == "layernorm" else {})
    judge_backward(submission, reference, norm, arrays, np.zeros((2, 0, 4)))
