"""Early stopping against its definition over the whole history, and the copy that it keeps.

torch has no such class; ReduceLROnPlateau counts bad epochs by the same rule.
"""

import math

import numpy as np
import pytest


def by_definition(vals, patience, min_delta):
    """Each step's answer and the index of the best step, from the whole history anew each time."""
    found = []
    for end in range(1, len(vals) + 1):
        better = []
        for n, val in enumerate(vals[:end]):
            best = vals[better[-1]] if better else math.inf
            if val < best - min_delta:
                better.append(n)
        last = better[-1] if better else None
        row = end - 1 - (last if last is not None else -1)
        found.append((row >= patience, last))
    return found


def history(seed, size=60):
    rng = np.random.default_rng(seed)
    vals = (np.linspace(4, 1, size) + rng.normal(size=size) * 6).round() / 8
    vals[rng.integers(size, size=4)] = math.nan
    vals[rng.integers(size, size=2)] = math.inf
    return vals.tolist()


@pytest.mark.parametrize("patience", [1, 2, 7])
@pytest.mark.parametrize("min_delta", [0.0, 0.25])
@pytest.mark.parametrize("seed", range(4))
def test_agrees_with_the_definition(solution, patience, min_delta, seed):
    vals = history(seed)
    stopper = solution.EarlyStopping(patience, min_delta)
    params = {"w": np.zeros((2, 3)), "b": np.zeros(2)}  # one set of arrays, changed in place
    for n, (stop, best) in enumerate(by_definition(vals, patience, min_delta)):
        for array in params.values():
            array[...] = n
        assert bool(stopper.step(vals[n], params)) == stop
        if best is None:
            assert stopper.best_params is None
        else:
            assert {name: set(a.flat) for name, a in stopper.best_params.items()} == {
                "w": {best},
                "b": {best},
            }


def test_keeps_new_arrays_in_a_new_dict(solution):
    params = {"w": np.arange(6, dtype=np.float32).reshape(2, 3), "n": np.array(4)}
    stopper = solution.EarlyStopping(3, 0.0)
    assert not stopper.step(1.0, params)
    kept = stopper.best_params
    assert kept is not params
    assert not any(np.shares_memory(kept[name], params[name]) for name in params)
    params["w"] += 1
    del params["n"]
    assert kept["w"].dtype == np.float32
    np.testing.assert_array_equal(kept["w"], np.arange(6).reshape(2, 3))
    assert kept["n"].shape == ()


@pytest.mark.oracle
@pytest.mark.parametrize("seed", range(3))
def test_counts_as_torch_reduces_on_a_plateau(solution, torch, seed):
    vals = [val for val in history(seed) if math.isfinite(val)]
    optimiser = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimiser, patience=10**6, threshold=0.25, threshold_mode="abs"
    )
    stopper = solution.EarlyStopping(4, 0.25)
    for val in vals:
        plateau.step(val)
        assert bool(stopper.step(val, {})) == (plateau.num_bad_epochs >= 4)
