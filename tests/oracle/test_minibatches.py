"""The cutting against torch's DataLoader, and what each epoch promises."""

import numpy as np
import pytest


@pytest.mark.oracle
@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize(("n", "bs"), [(7, 3), (6, 3), (2, 5), (5, 1), (5, 5)])
def test_cuts_as_a_data_loader(solution, torch, n, bs, drop_last):
    rng = np.random.default_rng(n)
    X, y = rng.normal(size=(n, 2, 3)), rng.integers(0, 9, n)
    data = torch.utils.data.TensorDataset(torch.from_numpy(X), torch.from_numpy(y))
    loader = torch.utils.data.DataLoader(data, batch_size=bs, drop_last=drop_last)
    got = list(solution.minibatches(X, y, bs, None, False, drop_last))
    assert len(got) == len(loader)
    for batch, theirs in zip(got, loader, strict=True):
        for one, other in zip(batch, theirs, strict=True):
            np.testing.assert_array_equal(one, other.numpy(), strict=True)


@pytest.mark.parametrize(("n", "bs"), [(0, 4), (1, 4), (23, 5), (64, 8)])
@pytest.mark.parametrize("seed", range(3))
def test_each_row_comes_once_beside_its_label(solution, n, bs, seed):
    X = np.random.default_rng(9).normal(size=(n, 2))
    y = np.arange(n)
    rng = np.random.default_rng(seed)
    epochs = []
    for _ in range(2):
        batches = list(solution.minibatches(X, y, bs, rng))
        assert [len(yb) for _, yb in batches] == [bs] * (n // bs) + [n % bs] * (n % bs > 0)
        for Xb, yb in batches:
            np.testing.assert_array_equal(Xb, X[yb], strict=True)
        epochs.append([label for _, yb in batches for label in yb.tolist()])
        assert sorted(epochs[-1]) == list(range(n))
    assert n < 20 or epochs[0] != epochs[1]


def test_every_order_of_three_rows_is_as_likely(solution):
    X, y, rng = np.zeros((3, 1)), np.arange(3), np.random.default_rng(0)
    counts = {}
    for _ in range(3000):
        [(_, yb)] = solution.minibatches(X, y, 3, rng)
        counts[tuple(yb)] = counts.get(tuple(yb), 0) + 1
    assert len(counts) == 6
    assert sum((count - 500) ** 2 / 500 for count in counts.values()) < 30  # chi square, 5 free


@pytest.mark.parametrize("shuffle", [False, True])
def test_batches_are_copies(solution, shuffle):
    X, y = np.ones((7, 2), np.float32), np.arange(7, dtype=np.int16)
    given = X.copy(), y.copy()
    rng = np.random.default_rng(0)
    batches = []
    for Xb, yb in solution.minibatches(X, y, 3, rng, shuffle):
        assert (Xb.dtype, yb.dtype) == (np.float32, np.int16)
        assert not any(np.shares_memory(Xb, other) for other in [X, *batches])
        batches.append(Xb)
        Xb += 1
        yb += 1
    np.testing.assert_array_equal(X, given[0])
    np.testing.assert_array_equal(y, given[1])
