"""Attention against torch's scaled_dot_product_attention, and against 50-digit arithmetic."""

import mpmath
import numpy as np
import pytest

SIZES = [(4, 6), (6, 6), (1, 5), (6, 4)]  # Tq, Tk


def draw(seed, tq, tk):
    rng = np.random.default_rng(seed)
    q, k, v = (rng.standard_normal((2, 3, *tail)) for tail in ((tq, 5), (tk, 5), (tk, 7)))
    return rng, q, k, v


def torch_attention(torch, q, k, v, mask):
    """Both outputs of torch: its weights are its output for values that are the unit vectors."""
    F, unit = torch.nn.functional, np.broadcast_to(np.eye(k.shape[2]), (2, 3, *[k.shape[2]] * 2))
    q, k, v, unit = (torch.from_numpy(np.ascontiguousarray(part)) for part in (q, k, v, unit))
    mask = None if mask is None else torch.from_numpy(np.ascontiguousarray(mask))
    return [F.scaled_dot_product_attention(q, k, one, attn_mask=mask).numpy() for one in (v, unit)]


@pytest.mark.oracle
@pytest.mark.parametrize("shape", [None, (4, 6), (2, 1, 1, 6), (3, 1, 6), (6,), (2, 3, 4, 1)])
@pytest.mark.parametrize("seed", range(2))
def test_agrees_with_torch_under_any_mask(solution, torch, shape, seed):
    rng, q, k, v = draw(seed, 4, 6)
    mask = None if shape is None else rng.random(shape) < 0.4  # some rows are all False
    whole = None if shape is None else np.broadcast_to(mask, (2, 3, 4, 6))
    expected = torch_attention(torch, q, k, v, whole)
    for got, right in zip(solution.sdpa(q, k, v, mask), expected, strict=True):
        np.testing.assert_allclose(got, right, rtol=1e-9, atol=1e-12, strict=True)


@pytest.mark.oracle
@pytest.mark.parametrize(("tq", "tk"), SIZES)
@pytest.mark.parametrize("masked", [False, True])
def test_causal_agrees_with_torchs_lower_right_mask(solution, torch, tq, tk, masked):
    """torch's own is_causal is aligned at the top left, so its mask is written out here."""
    rng, q, k, v = draw(3, tq, tk)
    mask = rng.random((2, 1, 1, tk)) < 0.6 if masked else None
    seen = np.arange(tk) <= np.arange(tq)[:, None] + tk - tq
    whole = np.broadcast_to(seen if mask is None else seen & mask, (2, 3, tq, tk))
    expected = torch_attention(torch, q, k, v, whole)
    for got, right in zip(solution.sdpa(q, k, v, mask, causal=True), expected, strict=True):
        np.testing.assert_allclose(got, right, rtol=1e-9, atol=1e-12, strict=True)


@pytest.mark.oracle
def test_square_causal_agrees_with_torchs_is_causal(solution, torch):
    _, q, k, v = draw(4, 6, 6)
    given = (torch.from_numpy(part) for part in (q, k, v))
    expected = torch.nn.functional.scaled_dot_product_attention(*given, is_causal=True).numpy()
    np.testing.assert_allclose(solution.sdpa(q, k, v, causal=True)[0], expected, rtol=1e-9)


@pytest.mark.parametrize("scale", [1.0, 30.0, 1e4])
def test_extreme_scores_agree_with_50_digits(solution, scale):
    _, q, k, v = draw(5, 3, 4)
    mask = np.array([[True, True, False, True], [False, True, True, False], [True] * 4])
    q[:, :, 0] *= scale  # beside queries of ordinary scores
    k[:, :, 2] *= scale
    out, attn = solution.sdpa(q, k, v, mask)
    with mpmath.workdps(50):
        root = mpmath.sqrt(q.shape[3])
        for b, i in np.ndindex(2, 3):
            scores = [
                sum(map(mpmath.fmul, q[b, 1, i].tolist(), k[b, 1, j].tolist())) / root
                for j in range(4)
            ]
            weights = [
                mpmath.exp(s) if may else mpmath.mpf(0)
                for s, may in zip(scores, mask[i], strict=True)
            ]
            right = [float(weight / sum(weights)) for weight in weights]
            # a score is only known to 16 digits itself, and exp multiplies that error by it
            near = 1e-14 * max(1.0, *(abs(float(score)) for score in scores))
            np.testing.assert_allclose(attn[b, 1, i], right, rtol=10 * near, atol=1e-300)
            np.testing.assert_allclose(out[b, 1, i], right @ v[b, 1], rtol=0, atol=10 * near)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int64])
def test_dtypes_follow_the_inputs_which_stay_untouched(solution, dtype):
    _, *arrays = draw(6, 4, 6)
    arrays = [(2 * part).astype(dtype) for part in arrays]
    mask = np.tile([True, False, True], (4, 2))
    for array in (*arrays, mask):
        array.flags.writeable = False
    expected = solution.sdpa(*(part.astype(np.float64) for part in arrays), mask, causal=True)
    got = solution.sdpa(*arrays, mask, causal=True)
    for array, right in zip(got, expected, strict=True):
        assert type(array) is np.ndarray
        assert array.dtype == (np.float64 if dtype == np.int64 else dtype)
        assert array.flags.writeable
        assert not any(np.shares_memory(array, given) for given in arrays)
        tolerance = {np.float16: 4e-3, np.float32: 1e-5}.get(dtype, 1e-12)
        np.testing.assert_allclose(array, right, rtol=0, atol=tolerance * np.abs(right).max())


@pytest.mark.parametrize(("b", "tq", "tk"), [(0, 3, 4), (2, 0, 4), (2, 3, 0)])
@pytest.mark.parametrize("causal", [False, True])
def test_empty_axes_keep_their_shapes(solution, b, tq, tk, causal):
    q, k, v = np.ones((b, 3, tq, 5)), np.ones((b, 3, tk, 5)), np.ones((b, 3, tk, 7))
    out, attn = solution.sdpa(q, k, v, np.ones((tq, tk), bool), causal=causal)
    np.testing.assert_array_equal(out, np.zeros((b, 3, tq, 7)), strict=True)
    np.testing.assert_array_equal(attn, np.zeros((b, 3, tq, tk)), strict=True)
