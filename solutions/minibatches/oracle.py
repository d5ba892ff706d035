"""A ``DataLoader``; NumPy's permutation, which the reference draws too, is all that is shared."""

import torch
from torch.utils.data import DataLoader, TensorDataset


def minibatches(X, y, bs, rng, shuffle=True, drop_last=False):
    data = TensorDataset(torch.tensor(X), torch.tensor(y))
    order = rng.permutation(len(X)) if shuffle else range(len(X))
    for batch in DataLoader(data, bs, sampler=order, drop_last=drop_last):
        yield tuple(tensor.numpy() for tensor in batch)
