"""Position encodings against torch (complex numbers, as in Llama) and 50-digit arithmetic."""

import mpmath
import numpy as np
import pytest

LAYOUTS = ["half", "interleaved"]


def in_torch(torch, x, pos, base, layout):
    """Llama's apply_rotary_emb; for halves the features are permuted to neighbours and back."""
    D = x.shape[-1]
    order = np.arange(D)
    if layout == "half":
        order = order.reshape(2, D // 2).T.ravel()
    frequencies = 1.0 / base ** (torch.arange(0, D, 2, dtype=torch.float64) / D)
    angles = torch.outer(torch.from_numpy(pos).double(), frequencies)
    pairs = torch.from_numpy(x[..., order]).reshape(*x.shape[:-1], D // 2, 2).contiguous()
    turned = torch.view_as_complex(pairs) * torch.polar(torch.ones_like(angles), angles)
    result = np.empty_like(x)
    result[..., order] = torch.view_as_real(turned).reshape(x.shape).numpy()
    return result


@pytest.mark.oracle
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("base", [1e4, 50.0, 500_000])
@pytest.mark.parametrize("shape", [(1, 1, 1, 2), (2, 3, 5, 8), (1, 4, 7, 64)])
def test_rope_agrees_with_torch(solution, torch, shape, base, layout):
    rng = np.random.default_rng(0)
    x = rng.normal(size=shape)
    pos = rng.integers(0, 300, size=shape[2])
    got = solution.rope(x, pos, base, layout)
    expected = in_torch(torch, x, pos, base, layout)
    np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-12, strict=True)


@pytest.mark.oracle
@pytest.mark.parametrize(("T", "D"), [(1, 2), (9, 6), (60, 32)])
def test_sinusoidal_agrees_with_torch(solution, torch, T, D):
    # the common torch recipe: frequencies as exp of a logarithm
    frequencies = torch.exp(torch.arange(0, D, 2).double() * (-np.log(1e4) / D))
    angles = torch.arange(T).double()[:, None] * frequencies
    expected = torch.zeros(T, D, dtype=torch.float64)
    expected[:, 0::2], expected[:, 1::2] = torch.sin(angles), torch.cos(angles)
    got = solution.sinusoidal(T, D)
    np.testing.assert_allclose(got, expected.numpy(), rtol=1e-9, atol=1e-12, strict=True)


@pytest.mark.parametrize("p", [0, 1, 4_097, 100_000])
def test_far_positions_agree_with_50_digits(solution, p):
    D, base = 10, 1e4
    x = np.zeros((1, 1, 1, D))
    x[..., 0::2] = 1
    got = solution.rope(x, np.array([p]), base, "interleaved")[0, 0, 0]
    with mpmath.workdps(50):
        angles = [p * mpmath.mpf(base) ** (mpmath.mpf(-2 * i) / D) for i in range(D // 2)]
        right = [float(f(angle)) for angle in angles for f in (mpmath.cos, mpmath.sin)]
    np.testing.assert_allclose(got, right, rtol=0, atol=1e-14 * max(p, 1))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_scores_depend_on_the_distance_and_norms_stay(solution, layout):
    rng = np.random.default_rng(1)
    q, k = rng.normal(size=(2, 1, 2, 1, 16))

    def turned(x, p):
        return solution.rope(x, np.array([p]), 1e4, layout)

    near = (turned(q, 12) * turned(k, 3)).sum(-1)
    far = (turned(q, 912) * turned(k, 903)).sum(-1)
    np.testing.assert_allclose(far, near, rtol=0, atol=1e-11)
    assert np.abs(near - (turned(q, 12) * turned(k, 4)).sum(-1)).min() > 1e-3
    norms = np.linalg.norm(turned(q, 77), axis=-1)
    np.testing.assert_allclose(norms, np.linalg.norm(q, axis=-1), rtol=1e-12)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int64])
def test_dtypes_follow_the_input_which_stays_untouched(solution, dtype, layout):
    x = (9 * np.random.default_rng(2).normal(size=(2, 2, 3, 6))).astype(dtype)
    pos = np.array([0, 50_000, 3])
    for array in (x, pos):
        array.flags.writeable = False
    got = solution.rope(x, pos, layout=layout)
    assert got.dtype == (np.float64 if dtype == np.int64 else dtype)
    assert not np.shares_memory(got, x)
    wide = solution.rope(x.astype(np.float64), pos, layout=layout)
    tolerance = {np.float16: 1e-2, np.float32: 1e-5}.get(dtype, 1e-12)
    np.testing.assert_allclose(got, wide, rtol=0, atol=tolerance * np.abs(wide).max())


def test_unknown_layouts_are_refused(solution):
    with pytest.raises(ValueError, match=r"layout|pairs"):
        solution.rope(np.ones((1, 1, 1, 2)), np.array([0]), layout="pairs")
