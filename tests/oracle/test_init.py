"""Fans, bounds and moments against torch.nn.init, and the distributions by their moments."""

import numpy as np
import pytest

SHAPES = [(100, 400), (400, 100), (64, 24, 5, 3)]


def stored_by_torch(torch, shape):
    """An empty tensor of that layer as PyTorch stores it: a linear one as (Dout, Din)."""
    return torch.empty(shape if len(shape) == 4 else shape[::-1], dtype=torch.float64)


@pytest.mark.oracle
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_xavier_has_torch_s_bound(solution, torch, shape):
    fan_in, fan_out = torch.nn.init._calculate_fan_in_and_fan_out(stored_by_torch(torch, shape))
    theirs = stored_by_torch(torch, shape)
    torch.nn.init.xavier_uniform_(theirs, generator=torch.Generator().manual_seed(0))
    ours = solution.xavier_uniform(shape, np.random.default_rng(0))
    bound = np.sqrt(6 / (fan_in + fan_out))
    for largest in (np.abs(ours).max(), theirs.abs().max().item()):
        assert 0.999 * bound < largest <= bound
    assert ours.shape == shape
    assert ours.std() == pytest.approx(theirs.std().item(), rel=0.02)


@pytest.mark.oracle
@pytest.mark.parametrize("mode", ["fan_in", "fan_out"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_kaiming_has_torch_s_deviation(solution, torch, shape, mode):
    theirs = stored_by_torch(torch, shape)
    torch.nn.init.kaiming_normal_(
        theirs, mode=mode, nonlinearity="relu", generator=torch.Generator().manual_seed(0)
    )
    ours = solution.kaiming_normal(shape, np.random.default_rng(0), mode)
    assert ours.shape == shape
    assert ours.std() == pytest.approx(theirs.std().item(), rel=0.03)
    assert np.quantile(np.abs(ours), 0.95) / ours.std() == pytest.approx(1.96, abs=0.05)


@pytest.mark.parametrize("shape", [(3, 5), (4, 3, 2, 2), (1, 1)], ids=str)
@pytest.mark.parametrize("name", ["xavier_uniform", "kaiming_normal"])
def test_rng_alone_decides(solution, name, shape):
    draw = getattr(solution, name)
    before = np.random.get_state()[1].copy()
    one, again = (draw(shape, np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(one, again, strict=True)
    assert one.dtype == np.float64
    rng = np.random.default_rng(5)
    assert not np.isin(draw(shape, rng), draw(shape, rng)).any()
    np.testing.assert_array_equal(np.random.get_state()[1], before)
