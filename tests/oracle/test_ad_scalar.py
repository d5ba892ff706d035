"""The engine against PyTorch's, on random graphs, and against 50-digit arithmetic."""

import operator

import mpmath
import numpy as np
import pytest

BINARY = [operator.add, operator.sub, operator.mul, lambda a, b: a / (b * b + 1.5)]
UNARY = [
    lambda a, tanh, exp, relu: tanh(a),
    lambda a, tanh, exp, relu: exp(-(a**2)),
    lambda a, tanh, exp, relu: relu(1 - a),
    lambda a, tanh, exp, relu: 2 / (3 + tanh(a)),
    lambda a, tanh, exp, relu: (a * a + 0.5) ** -1.5,
    lambda a, tanh, exp, relu: 0.5 * a - 1,
]


def grow(rng, leaves, functions):
    """A random graph of 30 operations on the leaves; all values, the last one is the output."""
    values = list(leaves)
    for _ in range(30):
        one, other = (values[k] for k in rng.integers(len(values), size=2))
        if rng.random() < 0.5:
            values.append(BINARY[rng.integers(len(BINARY))](one, other))
        else:
            values.append(UNARY[rng.integers(len(UNARY))](one, *functions))
    values.append(sum(value * 0.1 for value in values))
    return values


@pytest.mark.oracle
@pytest.mark.parametrize("seed", range(10))
def test_random_graphs_agree_with_torch(solution, torch, seed):
    numbers = np.random.default_rng(seed).uniform(-1, 1, 4)
    leaves = [solution.Value(float(number)) for number in numbers]
    methods = [lambda v, name=name: getattr(v, name)() for name in ("tanh", "exp", "relu")]
    values = grow(np.random.default_rng(seed + 100), leaves, methods)
    tensors = [torch.tensor(number, dtype=torch.float64, requires_grad=True) for number in numbers]
    theirs = grow(np.random.default_rng(seed + 100), tensors, [torch.tanh, torch.exp, torch.relu])
    for tensor in theirs:
        tensor.retain_grad()
    for times in (1, 2):  # the second call adds, in intermediate values too
        values[-1].backward()
        theirs[-1].backward(retain_graph=True)
        for ours, tensor in zip(values, theirs, strict=True):
            assert ours.data == pytest.approx(tensor.item(), rel=1e-9, abs=1e-14)
            grad = 0.0 if tensor.grad is None else tensor.grad.item()
            assert ours.grad == pytest.approx(grad, rel=1e-9, abs=1e-13), times


@pytest.mark.oracle
def test_relu_at_zero_and_tanh_far_out_agree_with_torch(solution, torch):
    for number in (0.0, -1000.0, 1000.0, 20.0, -0.3):
        x = solution.Value(number)
        out = x.relu() + x.tanh() * 2
        out.backward()
        tensor = torch.tensor(number, dtype=torch.float64, requires_grad=True)
        theirs = tensor.relu() + tensor.tanh() * 2
        theirs.backward()
        assert out.data == pytest.approx(theirs.item(), rel=1e-12)
        assert x.grad == pytest.approx(tensor.grad.item(), rel=1e-9, abs=1e-15)


@pytest.mark.parametrize("number", [1e-8, 0.3, -2.0, 30.0])
def test_agrees_with_50_digits(solution, number):
    def f(x, exp, tanh):
        return exp(-x) * (2 - tanh(x)) / (x**2 + 1) + x * (x + 3) ** -0.5

    x = solution.Value(number)
    out = f(x, lambda v: v.exp(), lambda v: v.tanh())
    out.backward()
    with mpmath.workdps(50):
        at = mpmath.mpf(number)
        value = f(at, mpmath.exp, mpmath.tanh)
        slope = mpmath.diff(lambda x: f(x, mpmath.exp, mpmath.tanh), at)
    assert out.data == pytest.approx(float(value), rel=1e-12)
    assert x.grad == pytest.approx(float(slope), rel=1e-11)


def test_a_chain_of_5000_and_2_to_the_900_paths(solution):
    a = solution.Value(0.25)
    out = a
    for _ in range(5000):
        out = 1.5 - out
    out.backward()
    assert (out.data, a.grad) == (0.25, 1.0)
    b = solution.Value(1.0)
    out = b
    for _ in range(900):
        out = out + out
    out.backward()
    assert b.grad == 2.0**900


def test_gradients_of_several_outputs_add_up(solution):
    a, b = solution.Value(2.0), solution.Value(5.0)
    c = a * b
    out = c * 3
    out.backward()
    out.backward()
    assert (a.grad, b.grad, c.grad, out.grad) == (30.0, 12.0, 6.0, 2.0)
    (a + 1).backward()
    assert (a.grad, b.grad) == (31.0, 12.0)
    assert (a.data, b.data) == (2.0, 5.0)
