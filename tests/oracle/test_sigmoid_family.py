"""sigmoid, log-sigmoid and softplus against PyTorch and against 50-digit arithmetic."""

import mpmath
import numpy as np
import pytest

# the textbook's 1 / (1 + exp(-x)) is right, and warns
pytestmark = pytest.mark.filterwarnings("ignore:overflow encountered in exp:RuntimeWarning")

FUNCTIONS = ("sigmoid", "log_sigmoid", "softplus")
FLOATS = (np.float16, np.float32, np.float64)


def exact(function, x):
    """The function of every element, in 50 digits beside its smallest term, as float64."""
    with mpmath.workdps(400):  # 1 + exp(-700) is to keep 50 digits of the exponential
        e = [mpmath.exp(mpmath.mpf(float(value))) for value in x]
        match function:
            case "sigmoid":
                return np.array([float(value / (1 + value)) for value in e])
            case "log_sigmoid":
                return np.array([float(-mpmath.log(1 + 1 / value)) for value in e])
            case _:
                return np.array([float(mpmath.log(1 + value)) for value in e])


def by_torch(torch, function, x):
    """F.softplus returns x itself above 20 (its threshold), so softplus is -logsigmoid(-x)."""
    tensor = torch.from_numpy(x)
    match function:
        case "sigmoid":
            return torch.sigmoid(tensor).numpy()
        case "log_sigmoid":
            return torch.nn.functional.logsigmoid(tensor).numpy()
        case _:
            return -torch.nn.functional.logsigmoid(-tensor).numpy()


@pytest.mark.oracle
@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("scale", [1.0, 10.0, 1e4])
def test_agrees_with_torch(solution, torch, function, scale):
    x = scale * np.random.default_rng(0).standard_normal((3, 4, 5))
    expected = by_torch(torch, function, x)
    got = getattr(solution, function)(x)
    np.testing.assert_allclose(got, expected, rtol=1e-9, atol=2.3e-308, strict=True)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_both_tails_agree_with_50_digits(solution, function):
    ends = np.array([0.0, 1e-9, 0.3, 5.0, 18.0, 36.5, 38.0, 50.0, 200.0, 700.0])
    x = np.concatenate([-ends[:0:-1], ends])
    # a softplus with PyTorch's threshold of 20 is off by exp(-20) / 20 = 1e-10
    np.testing.assert_allclose(getattr(solution, function)(x), exact(function, x), rtol=2e-10)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_reference_is_right_to_the_last_digits(reference, function):
    x = np.linspace(-700, 700, 200)
    np.testing.assert_allclose(getattr(reference, function)(x), exact(function, x), rtol=2e-15)


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("dtype", [*FLOATS, np.int64])
def test_dtypes_follow_the_input_which_stays_untouched(solution, function, dtype):
    x = (3 * np.random.default_rng(1).standard_normal((4, 5))).astype(dtype)
    x.flags.writeable = False
    got = getattr(solution, function)(x)
    assert type(got) is np.ndarray
    assert got.dtype == (dtype if dtype in FLOATS else np.float64)
    assert got.flags.writeable
    assert not np.shares_memory(got, x)
    tolerance = {np.float16: 5e-3, np.float32: 1e-6}.get(dtype, 1e-12)
    expected = exact(function, x.ravel()).reshape(x.shape)
    np.testing.assert_allclose(got, expected, rtol=tolerance, atol=tolerance / 10)


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("shape", [(), (0,), (0, 3), (2, 1, 3)])
def test_any_shape_is_kept(solution, function, shape):
    got = np.asarray(getattr(solution, function)(np.full(shape, -50.0)))
    expected = -50.0 if function == "log_sigmoid" else np.exp(-50.0)
    np.testing.assert_allclose(got, np.full(shape, expected), rtol=1e-12, strict=True)


def test_the_figures_of_the_follow_ups(reference):
    minus_746, minus_104 = np.array([-746.0]), np.array([-104.0], np.float32)
    assert reference.sigmoid(minus_746) == 0
    assert reference.sigmoid(minus_104) == 0
    assert reference.sigmoid(minus_746 + 1) > 0
    assert 1 - reference.sigmoid(np.array([40.0])) == 0
    np.testing.assert_allclose(reference.sigmoid(np.array([-40.0])), 4.2e-18, rtol=0.02)
