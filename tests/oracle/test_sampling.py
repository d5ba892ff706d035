"""The filters against those of Hugging Face, written out in torch, and against 50 digits."""

import itertools

import mpmath
import numpy as np
import pytest

TEMPERATURES = [0.3, 1.0, 2.5]
TOP_K = [0, 1, 4, 11, 99]
TOP_P = [0.0, 0.37, 0.92, 1.0]


def warped(torch, z, temperature, top_k, top_p):
    """transformers' TemperatureLogitsWarper, TopKLogitsWarper and TopPLogitsWarper, in a row."""
    scores = torch.from_numpy(z) / temperature
    if top_k:
        kth = torch.topk(scores, min(top_k, len(scores)))[0][-1]
        scores = scores.masked_fill(scores < kth, -torch.inf)
    if top_p < 1:
        sorted_logits, sorted_indices = torch.sort(scores, descending=False)
        remove = sorted_logits.softmax(dim=-1).cumsum(dim=-1) <= 1 - top_p
        remove[-1:] = False
        scores = scores.masked_fill(remove.scatter(0, sorted_indices, remove), -torch.inf)
    return scores.softmax(dim=-1).numpy()


@pytest.mark.oracle
@pytest.mark.parametrize(("top_k", "top_p"), list(itertools.product(TOP_K, TOP_P)))
@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_agrees_with_hugging_face(solution, torch, temperature, top_k, top_p):
    rng = np.random.default_rng(0)
    for z in (rng.normal(size=11), 3 * rng.normal(size=40), -rng.exponential(size=3)):
        got = solution.filter_probs(z, temperature, top_k=top_k, top_p=top_p)
        expected = warped(torch, z, temperature, top_k, top_p)
        np.testing.assert_allclose(got, expected, rtol=1e-9, atol=0)


@pytest.mark.parametrize("temperature", [1e-305, 1e-3, 0.5, 7.0, 1e12])
@pytest.mark.parametrize("offset", [0.0, 1e4, -1e4])
def test_extremes_agree_with_50_digits(solution, temperature, offset):
    z = offset + np.array([0.0, -0.5, 3.0, 2.75, -9.0, 3.0])
    got = solution.filter_probs(z, temperature)
    with mpmath.workdps(50):
        shifted = [(mpmath.mpf(v) - mpmath.mpf(z.max())) / mpmath.mpf(temperature) for v in z]
        weights = [mpmath.exp(v) if v > -800 else mpmath.mpf(0) for v in shifted]
        expected = [float(weight / sum(weights)) for weight in weights]
    np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-300)


@pytest.mark.parametrize("top_k", [0, 3])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int64])
@pytest.mark.parametrize("temperature", [0.0, 0.7])
def test_dtypes_and_read_only_inputs(solution, dtype, temperature, top_k):
    z = np.array([2.0, -1.0, 4.0, 0.0, 3.0]).astype(dtype)
    z.flags.writeable = False
    got = solution.filter_probs(z, temperature, top_k=top_k, top_p=0.8)
    assert type(got) is np.ndarray
    assert got.dtype == (np.float64 if dtype == np.int64 else dtype)
    assert got.astype(float).sum() == pytest.approx(1, rel=1e-3)
    assert not np.shares_memory(got, z)
    assert solution.pick(got, 0.0) == got.argmax()


@pytest.mark.oracle
def test_pick_is_torch_s_searchsorted(solution, torch):
    rng = np.random.default_rng(1)
    for _ in range(50):
        p = rng.dirichlet(np.full(30, 0.2))
        p[rng.integers(30, size=10)] = 0
        p /= p.sum()
        sums = torch.from_numpy(p).cumsum(0)
        for u in (0.0, *rng.uniform(size=5)):
            right = int(torch.searchsorted(sums, torch.tensor(u, dtype=torch.float64), right=True))
            assert solution.pick(p, u) == right


@pytest.mark.parametrize("size", [1, 3, 10, 49])
def test_pick_is_always_a_possible_token(solution, size):
    p = np.concatenate([[0.0], np.full(size, 1 / size), [0.0]])
    picks = [int(solution.pick(p, u)) for u in (0.0, 0.5, np.nextafter(1, 0))]
    assert picks == [1, 1 + size // 2, size]
