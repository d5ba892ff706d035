"""``sigmoid`` and ``logsigmoid`` of PyTorch."""

import numpy as np
import torch

EXACT = ("sigmoid", "log_sigmoid", "softplus")  # a sigmoid of -700 has all its digits


def sigmoid(x):
    return torch.sigmoid(torch.tensor(x, dtype=torch.float64)).numpy()


def log_sigmoid(x):
    return torch.nn.functional.logsigmoid(torch.tensor(x, dtype=torch.float64)).numpy()


def softplus(x):
    return -log_sigmoid(-x)  # PyTorch's own is x itself above its threshold of 20


def invariants(reference):
    """Where it underflows and where it saturates, as the follow-ups say."""
    assert reference.sigmoid(np.array([-746.0])) == 0 < reference.sigmoid(np.array([-745.0]))
    assert reference.sigmoid(np.array([-104.0], np.float32)) == 0
    assert reference.sigmoid(np.array([40.0])) == 1
    np.testing.assert_allclose(reference.sigmoid(np.array([-40.0])), 4.2e-18, rtol=0.02)
