"""The linear layer and the chain against PyTorch's autograd and 50-digit arithmetic."""

import mpmath
import numpy as np
import pytest

LEADS = [(), (1,), (7,), (2, 3), (2, 1, 4)]


def draw(seed, lead):
    """x, W, b, dy."""
    rng = np.random.default_rng(seed)
    return [rng.standard_normal(shape) for shape in [(*lead, 4), (4, 6), (6,), (*lead, 6)]]


def draw_chain(seed, k, n=3):
    rng = np.random.default_rng(seed)
    return list(rng.standard_normal((k, n, n))), rng.standard_normal((n, n))


def close(got, right, name=""):
    scale = np.abs(right).max(initial=0.0)
    np.testing.assert_allclose(got, right, rtol=1e-9, atol=1e-12 * scale, strict=True, err_msg=name)


@pytest.mark.oracle
@pytest.mark.parametrize("lead", LEADS, ids=str)
def test_layer_agrees_with_torch(solution, torch, lead):
    x, W, b, dy = draw(len(lead), lead)
    tensors = [torch.tensor(array, requires_grad=True) for array in (x, W, b)]
    y = torch.nn.functional.linear(tensors[0], tensors[1].T, tensors[2])
    y.backward(torch.tensor(dy))
    got, cache = solution.linear(x, W, b)
    close(got, y.detach().numpy(), "y")
    grads = solution.linear_backward(dy, cache)
    for name, grad, tensor in zip(("dx", "dW", "db"), grads, tensors, strict=True):
        close(grad, tensor.grad.numpy(), name)


@pytest.mark.oracle
@pytest.mark.parametrize("lead", [(0,), (3, 0), (0, 2)], ids=str)
def test_an_empty_batch_agrees_with_torch(solution, torch, lead):
    x, W, b, dy = draw(0, lead)
    tensors = [torch.tensor(array, requires_grad=True) for array in (x, W, b)]
    torch.nn.functional.linear(tensors[0], tensors[1].T, tensors[2]).backward(torch.tensor(dy))
    y, cache = solution.linear(x, W, b)
    assert y.shape == dy.shape
    for grad, tensor in zip(solution.linear_backward(dy, cache), tensors, strict=True):
        np.testing.assert_array_equal(grad, tensor.grad.numpy(), strict=True)


@pytest.mark.oracle
@pytest.mark.parametrize(("k", "n"), [(1, 3), (2, 4), (3, 1), (7, 3), (20, 5)])
def test_chain_agrees_with_torch(solution, torch, k, n):
    Ms, dP = draw_chain(k, k, n)
    tensors = [torch.tensor(M, requires_grad=True) for M in Ms]
    product = tensors[0] if k == 1 else torch.linalg.multi_dot(tensors)
    product.backward(torch.tensor(dP))
    P, dMs = solution.chain(Ms, dP)
    close(P, product.detach().numpy(), "P")
    assert len(dMs) == k
    for i, (dM, tensor) in enumerate(zip(dMs, tensors, strict=True)):
        close(dM, tensor.grad.numpy(), f"dMs[{i}]")


def test_chain_agrees_with_50_digits_for_singular_and_for_badly_scaled_matrices(solution):
    Ms, dP = draw_chain(3, 5)
    Ms[1] *= 1e150
    Ms[2][1] = Ms[2][0]
    Ms[3] *= 1e-150
    P, dMs = solution.chain(Ms, dP)
    with mpmath.workdps(50):
        mpf = np.vectorize(lambda number: mpmath.mpf(float(number)), otypes=[object])
        exact, upstream = [mpf(M) for M in Ms], mpf(dP)

        def product(factors):
            out = mpf(np.eye(3))
            for factor in factors:
                out = out.dot(factor)
            return out

        close(P, product(exact).astype(float))
        for i, dM in enumerate(dMs):
            left, right = product(exact[:i]), product(exact[i + 1 :])
            close(dM, left.T.dot(upstream).dot(right.T).astype(float), f"dMs[{i}]")


def test_a_matrix_that_occurs_twice_gets_the_gradient_of_each_place(solution):
    M, dP = draw_chain(4, 1)
    _, (first, second) = solution.chain([M[0], M[0]], dP)
    close(first, dP @ M[0].T)
    close(second, M[0].T @ dP)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
@pytest.mark.parametrize("lead", LEADS, ids=str)
def test_dtypes_follow_the_inputs_which_stay_untouched(solution, lead, dtype):
    arrays = [(4 * array).astype(dtype) for array in draw(5, lead)]
    Ms, dP = draw_chain(6, 3)
    Ms, dP = [(4 * M).astype(dtype) for M in Ms], (4 * dP).astype(dtype)
    for array in (*arrays, *Ms, dP):
        array.flags.writeable = False

    def answers(x, W, b, dy, Ms, dP):
        y, cache = solution.linear(x, W, b)
        P, dMs = solution.chain(Ms, dP)
        return [y, *solution.linear_backward(dy, cache), P, *dMs]

    wide = [array.astype(np.float64) for array in arrays]
    expected = answers(*wide, [M.astype(np.float64) for M in Ms], dP.astype(np.float64))
    tolerance = 1e-5 if dtype == np.float32 else 1e-12
    for got, right in zip(answers(*arrays, Ms, dP), expected, strict=True):
        assert type(got) is np.ndarray
        assert got.dtype == (np.float32 if dtype == np.float32 else np.float64)
        assert got.flags.writeable
        assert not any(np.shares_memory(got, array) for array in (*arrays, *Ms, dP))
        np.testing.assert_allclose(got, right, rtol=0, atol=tolerance * np.abs(right).max())
