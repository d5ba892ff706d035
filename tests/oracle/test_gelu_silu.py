"""GELU in both forms, SiLU and their gradients against PyTorch and against 50-digit arithmetic."""

import mpmath
import numpy as np
import pytest

# the textbook's 1 / (1 + exp(-x)) is right, and warns
pytestmark = pytest.mark.filterwarnings("ignore:overflow encountered in exp:RuntimeWarning")

FLOATS = (np.float16, np.float32, np.float64)
FORMS = {"gelu": {}, "gelu, tanh": {"approximate": "tanh"}, "silu": {}}
every = pytest.mark.parametrize("form", FORMS)


def forward(module, form, x):
    return getattr(module, form.partition(",")[0])(x, **FORMS[form])


def backward(module, form, dout, x):
    return getattr(module, form.partition(",")[0] + "_backward")(dout, x, **FORMS[form])


def exact(form, value):
    """The function at one number, to the working precision of mpmath."""
    a = mpmath.mpf(value)
    match form:
        case "gelu":
            return a * mpmath.ncdf(a)
        case "gelu, tanh":
            inner = mpmath.sqrt(2 / mpmath.pi) * (a + mpmath.mpf("0.044715") * a**3)
            return a * (1 + mpmath.tanh(inner)) / 2
        case _:
            return a / (1 + mpmath.exp(-a))


@pytest.mark.oracle
@every
@pytest.mark.parametrize("scale", [0.1, 2.0, 1e4])
def test_values_and_gradients_agree_with_torch(solution, torch, form, scale):
    rng = np.random.default_rng(0)
    x = scale * rng.standard_normal((3, 4, 5))
    x[0, 0] = 0.0
    dout = rng.standard_normal((3, 4, 5))
    tensor = torch.from_numpy(x).requires_grad_()
    out = forward(torch.nn.functional, form, tensor)
    out.backward(torch.from_numpy(dout))
    # both fade far below 0, where 1 + erf and 1 + tanh have absolute precision alone
    np.testing.assert_allclose(
        forward(solution, form, x), out.detach().numpy(), rtol=1e-9, atol=1e-14, strict=True
    )
    np.testing.assert_allclose(
        backward(solution, form, dout, x), tensor.grad.numpy(), rtol=1e-9, atol=1e-14, strict=True
    )


@every
def test_values_and_slopes_agree_with_50_digits(solution, form):
    ends = np.array([1e-20, 1e-8, 0.3, 0.7518, 1.2785, 3.0, 6.0, 9.0, 40.0, 800.0, 1e4])
    x = np.concatenate([-ends[::-1], [0.0], ends])
    with mpmath.workdps(50):
        values = [float(exact(form, float(value))) for value in x]
        slopes = [float(mpmath.diff(lambda a: exact(form, a), float(value))) for value in x]
    np.testing.assert_allclose(forward(solution, form, x), values, rtol=1e-12, atol=1e-15)
    got = backward(solution, form, np.ones_like(x), x)
    np.testing.assert_allclose(got, slopes, rtol=1e-11, atol=1e-14)


@every
def test_the_reference_keeps_the_tail_to_its_last_digits(reference, form):
    """torch gives gelu(-10) = -0.0: 1 + erf cancels. The reference takes erfc."""
    x = np.array([-5.0, -10.0, -20.0])
    with mpmath.workdps(400):
        values = [float(exact(form, float(value))) for value in x]
    np.testing.assert_allclose(forward(reference, form, x), values, rtol=1e-11)


@every
@pytest.mark.parametrize("dtype", [*FLOATS, np.int64])
def test_dtypes_follow_the_inputs_which_stay_untouched(solution, form, dtype):
    x, dout = (3 * np.random.default_rng(1).standard_normal((2, 4, 5))).astype(dtype)
    x.flags.writeable = dout.flags.writeable = False
    wide, wide_dout = x.astype(float), dout.astype(float)
    pairs = [
        (forward(solution, form, x), forward(solution, form, wide)),
        (backward(solution, form, dout, x), backward(solution, form, wide_dout, wide)),
    ]
    for got, expected in pairs:
        assert type(got) is np.ndarray
        assert got.dtype == (dtype if dtype in FLOATS else np.float64)
        assert got.flags.writeable
        assert not np.shares_memory(got, x)
        assert not np.shares_memory(got, dout)
        tolerance = {np.float16: 5e-3, np.float32: 1e-5}.get(dtype, 1e-12)
        np.testing.assert_allclose(got, expected, rtol=tolerance, atol=tolerance)


@every
@pytest.mark.parametrize("shape", [(), (0,), (0, 3), (2, 1, 3)])
def test_any_shape_is_kept(solution, form, shape):
    x = np.full(shape, 1e4)
    got = np.asarray(forward(solution, form, x))
    np.testing.assert_array_equal(got, x, strict=True)
    got = np.asarray(backward(solution, form, np.full(shape, -3.0), x))
    # silu' as y + s (1 - y) is 1 within a rounding of y
    np.testing.assert_allclose(got, np.full(shape, -3.0), rtol=1e-11, strict=True)


def test_the_figures_of_the_explanation_and_the_follow_ups(reference):
    x = np.linspace(-6, 6, 120_001)
    one = np.ones_like(x)
    exact_form, tanh_form = reference.gelu(x), reference.gelu(x, "tanh")
    gap = np.abs(exact_form - tanh_form)
    slopes = reference.gelu_backward(one, x)
    slope_gap = np.abs(slopes - reference.gelu_backward(one, x, "tanh"))
    rough = np.abs(exact_form - x / (1 + np.exp(-1.702 * x)))
    found = [
        *(gap.max(), abs(x[gap.argmax()]), slope_gap.max(), abs(x[slope_gap.argmax()])),
        *(rough.max(), exact_form.min(), x[exact_form.argmin()]),
        *(reference.silu(x).min(), x[reference.silu(x).argmin()]),
        *(slopes.min(), x[slopes.argmin()], slopes.max()),
        *(reference.silu_backward(one, x).min(), reference.silu_backward(one, x).max()),
        x[reference.silu_backward(one, x).argmax()],
    ]
    printed = [4.73e-4, 2.70, 8.68e-4, 2.02, 0.0203, -0.16997, -0.7518, -0.27846, -1.2785]
    printed += [-0.1289, -1.4142, 1.1289, -0.0998, 1.0998, 2.3994]
    np.testing.assert_allclose(found, printed, rtol=3e-3)
