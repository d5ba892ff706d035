"""MSE, MAE and Huber against PyTorch's losses and autograd, and against 50-digit arithmetic."""

import mpmath
import numpy as np
import pytest

CASES = [
    ("mse", {}),
    ("mae", {}),
    ("huber", {}),
    ("huber", {"delta": 0.3}),
    ("huber", {"delta": 4}),
]
every_loss = pytest.mark.parametrize(("name", "settings"), CASES, ids=str)


def torch_loss(torch, name, pred, target, settings):
    functions = torch.nn.functional
    function = {"mse": functions.mse_loss, "mae": functions.l1_loss, "huber": functions.huber_loss}
    at = torch.tensor(pred, requires_grad=True)
    value = function[name](at, torch.tensor(target), **settings)
    value.backward()
    return value.item(), at.grad.numpy()


@pytest.mark.oracle
@every_loss
@pytest.mark.parametrize("shape", [(1,), (7,), (4, 1), (3, 5), (2, 3, 4)], ids=str)
def test_agrees_with_torch(solution, torch, name, settings, shape):
    pred, target = 2 * np.random.default_rng(len(shape)).standard_normal((2, *shape))
    expected, slopes = torch_loss(torch, name, pred, target, settings)
    loss, dpred = getattr(solution, name)(pred, target, **settings)
    assert loss == pytest.approx(expected, rel=1e-9)
    np.testing.assert_allclose(dpred, slopes, rtol=1e-9, strict=True)


@pytest.mark.oracle
@every_loss
def test_errors_of_0_and_of_exactly_delta_agree_with_torch(solution, torch, name, settings):
    delta = settings.get("delta", 1.0)
    pred, target = np.array([0.0, delta, -delta, 2 * delta, -0.5 * delta]), np.zeros(5)
    expected, slopes = torch_loss(torch, name, pred, target, settings)
    loss, dpred = getattr(solution, name)(pred, target, **settings)
    assert loss == pytest.approx(expected, rel=1e-9)
    np.testing.assert_allclose(dpred, slopes, rtol=1e-9, strict=True)


@pytest.mark.oracle
@every_loss
def test_a_column_and_a_vector_pair_where_torch_broadcasts(solution, torch, name, settings):
    """torch warns and gives the loss of an (N, N) array, which is never what was meant."""
    rng = np.random.default_rng(5)
    pred, target = rng.standard_normal((6, 1)), rng.standard_normal(6)
    for one, other in ((pred, target), (pred[:, 0], target[:, None])):
        paired = other.reshape(one.shape)
        expected, slopes = torch_loss(torch, name, one, paired, settings)
        loss, dpred = getattr(solution, name)(one, other, **settings)
        assert loss == pytest.approx(expected, rel=1e-9)
        np.testing.assert_allclose(dpred, slopes, rtol=1e-9, strict=True)


def exact(name, e, delta):
    size = abs(e)
    if name == "mse":
        return e**2
    if name == "mae":
        return size
    return e**2 / 2 if size <= delta else delta * (size - delta / 2)


@every_loss
@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e9])
def test_loss_and_gradient_agree_with_50_digits(solution, name, settings, scale):
    delta = settings.get("delta", 1.0)
    rng = np.random.default_rng(8)
    pred, target = scale * rng.standard_normal((2, 3, 4))
    loss, dpred = getattr(solution, name)(pred, target, **settings)
    with mpmath.workdps(50):
        mpf = np.vectorize(lambda number: mpmath.mpf(float(number)), otypes=[object])
        delta = mpmath.mpf(delta)
        errors = (mpf(pred) - mpf(target)).ravel()
        total = mpmath.fsum(exact(name, e, delta) for e in errors) / 12
        assert loss == pytest.approx(float(total), rel=1e-12)
        h = scale * mpmath.mpf(10) ** -18  # a central difference is then right to some 20 digits
        slopes = [
            (exact(name, e + h, delta) - exact(name, e - h, delta)) / (24 * h) for e in errors
        ]
    expected = np.array([float(slope) for slope in slopes]).reshape(3, 4)
    np.testing.assert_allclose(dpred, expected, rtol=1e-12)


@every_loss
@pytest.mark.parametrize("shape", [(0,), (0, 1), (0, 3), (4, 0)], ids=str)
def test_an_empty_batch_gives_zero(solution, name, settings, shape):
    loss, dpred = getattr(solution, name)(np.zeros(shape), np.zeros(shape), **settings)
    assert loss == 0
    assert dpred.shape == shape


@pytest.mark.parametrize("name", ["mse", "mae", "huber"])
@pytest.mark.parametrize(
    "shapes", [((3,), (4,)), ((3,), (1, 3)), ((3, 1), (1, 3)), ((2, 3), (3,)), ((2, 3), (3, 2))]
)
def test_shapes_that_do_not_pair_are_a_value_error(solution, name, shapes):
    pred, target = (np.ones(shape) for shape in shapes)
    with pytest.raises(ValueError, match="shape"):
        getattr(solution, name)(pred, target)


@every_loss
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64, np.uint8])
def test_dtypes_follow_the_inputs_which_stay_untouched(solution, name, settings, dtype):
    pred, target = (9 * np.random.default_rng(1).random((2, 3, 4))).astype(dtype)
    for array in (pred, target):
        array.flags.writeable = False
    expected, slopes = getattr(solution, name)(
        pred.astype(np.float64), target.astype(np.float64), **settings
    )
    loss, dpred = getattr(solution, name)(pred, target, **settings)
    tolerance = 1e-5 if dtype == np.float32 else 1e-12
    assert loss == pytest.approx(expected, rel=tolerance)
    assert dpred.dtype == (np.float32 if dtype == np.float32 else np.float64)
    assert dpred.flags.writeable
    assert not np.shares_memory(dpred, pred)
    np.testing.assert_allclose(dpred, slopes, rtol=tolerance)


@every_loss
@pytest.mark.parametrize("other", [np.float64, np.int64, np.uint8])
def test_float32_beside_another_dtype_gives_float64(solution, name, settings, other):
    pred, target = np.array([1.5, 2, 0], np.float32), np.array([1, 7, 5]).astype(other)
    wide = pred.astype(np.float64), target.astype(np.float64)
    expected, _ = getattr(solution, name)(*wide, **settings)
    for arrays, signed in (((pred, target), 1), ((target, pred), -1)):
        loss, dpred = getattr(solution, name)(*arrays, **settings)
        assert loss == pytest.approx(expected, rel=1e-12)
        slopes = signed * getattr(solution, name)(*wide, **settings)[1]
        np.testing.assert_allclose(dpred, slopes, rtol=1e-12, strict=True)
