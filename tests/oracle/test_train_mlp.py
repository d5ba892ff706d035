"""Training: the share of random starts that reach the target, and the same run in PyTorch.

The data are those of the hidden cases, drawn here from seeds of their own.
"""

import runpy
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from dlprep.catalog import read
from dlprep.variants import read_variants

ROOT = Path(__file__).resolve().parents[2]
CASES = runpy.run_path(str(ROOT / "exercises" / "train_mlp" / "test_cases.py"))
TASKS = ("xor", "spirals")


def data(task, seed):
    """Training data and fresh data of one seed, and the generator to train with."""
    rng = np.random.default_rng([9, seed])
    if task == "xor":
        return (*CASES["clouds"](rng, 20), *CASES["clouds"](rng, 200), rng)
    start = rng.uniform(0, 2 * np.pi)
    return (*CASES["spirals"](rng, 60, start), *CASES["spirals"](rng, 200, start), rng)


def outcome(fit, task, seed):
    """The loss on the training data, and the lower of the two accuracies."""
    X, y, fresh, labels, rng = data(task, seed)
    predict = fit(X, y, rng)
    p, q = predict(X), predict(fresh)
    with np.errstate(divide="ignore"):
        loss = -np.log(p[np.arange(len(y)), y]).mean()
    return loss, min((p.argmax(axis=1) == y).mean(), (q.argmax(axis=1) == labels).mean())


def reached(fit, task, seeds):
    """For how many of the seeds the target is reached."""
    found = (outcome(fit, task, seed) for seed in range(seeds))
    return sum(loss < CASES["LOSS"] and right >= CASES["ACCURACY"] for loss, right in found)


def mistaken(name):
    """The fit of one listed mistake."""
    listed = read_variants(read("train_mlp")).mistakes
    (source,) = (one.source for one in listed if one.name == name)
    module = ModuleType("mistake")
    exec(source, vars(module))
    return module.fit


@pytest.mark.parametrize("task", TASKS)
def test_the_reference_reaches_the_target_from_20_of_20_seeds_with_room(reference, task):
    found = np.array([outcome(reference.fit, task, seed) for seed in range(20)])
    assert found[:, 0].max() < 0.5 * CASES["LOSS"]
    assert found[:, 1].min() >= 0.99


@pytest.mark.parametrize("task", TASKS)
def test_every_solution_reaches_the_target(solution, task):
    assert reached(solution.fit, task, 4) == 4


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("stuck at ln C, as from zero weights", {"xor": 0, "spirals": 0}),
        ("all units start alike", {"xor": 0, "spirals": 0}),
        ("no hidden nonlinearity", {"xor": 0, "spirals": 0}),
        ("one nonlinearity in fit, another in predict", {"xor": 0, "spirals": 0}),
        ("two hidden units", {"xor": 1, "spirals": 0}),
        ("stops too early", {"xor": 6, "spirals": 0}),
    ],
)
def test_a_mistake_misses_the_target(name, most):
    fit = mistaken(name)
    for task in TASKS:
        assert reached(fit, task, 6) <= most[task], task


def test_zero_weights_stay_at_ln_3_exactly():
    X, y, fresh, _, rng = data("spirals", 0)
    p = mistaken("stuck at ln C, as from zero weights")(X, y, rng)(fresh)
    np.testing.assert_allclose(p, 1 / 3, rtol=1e-12)


@pytest.mark.oracle
@pytest.mark.parametrize("task", TASKS)
def test_the_reference_is_the_same_run_with_torchs_gradients(reference, torch, task, monkeypatch):
    """As torch.optim.SGD(lr=1, momentum=0.9) does it, whose import takes longer than the run."""
    monkeypatch.setattr(reference, "STEPS", 30)
    X, y, fresh, _, rng = data(task, 1)
    predict = reference.fit(X, y, rng_of(rng))
    W1 = torch.from_numpy(rng.normal(size=(3, reference.HIDDEN))).requires_grad_()
    W2 = torch.zeros(reference.HIDDEN, int(y.max()) + 1, dtype=torch.float64, requires_grad=True)
    weights, buffers = (W1, W2), [torch.zeros_like(W1), torch.zeros_like(W2)]

    def logits(points):
        ones = torch.ones(len(points), 1, dtype=torch.float64)
        return torch.tanh(torch.cat([torch.from_numpy(points), ones], dim=1) @ W1) @ W2

    for _ in range(reference.STEPS):
        loss = torch.nn.functional.cross_entropy(logits(X), torch.from_numpy(y))
        grads = torch.autograd.grad(loss, weights)
        with torch.no_grad():
            for weight, buffer, grad in zip(weights, buffers, grads, strict=True):
                weight -= buffer.mul_(reference.MOMENTUM).add_(grad)
    expected = torch.softmax(logits(fresh), dim=1).detach().numpy()
    np.testing.assert_allclose(predict(fresh), expected, rtol=1e-9, atol=1e-12)


def rng_of(rng):
    """A generator in the same state."""
    twin = np.random.default_rng()
    twin.bit_generator.state = rng.bit_generator.state
    return twin


def test_data_and_global_state_stay_as_they_were(solution):
    X, y, _, _, rng = data("xor", 2)
    before = np.random.get_state()[1].copy()
    for array in (X, y):
        array.flags.writeable = False
    first, second = (solution.fit(X, y, rng_of(rng)) for _ in range(2))
    np.testing.assert_array_equal(first(X), second(X), strict=True)
    np.testing.assert_array_equal(np.random.get_state()[1], before)


@pytest.mark.parametrize("rows", [0, 1, 5])
def test_far_points_have_probabilities(solution, rows):
    X, y, _, _, rng = data("spirals", 3)
    far = 1e6 * rng.normal(size=(rows, 2))
    p = solution.fit(X, y, rng)(far)
    assert (p.shape, p.dtype) == ((rows, 3), np.float64)
    assert (p >= 0).all()
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-12)
