"""``mse_loss``, ``l1_loss`` and ``huber_loss`` of PyTorch, and autograd."""

import torch
from torch.nn import functional


def mse(pred, target):
    return loss_and_gradient(functional.mse_loss, pred, target)


def mae(pred, target):
    return loss_and_gradient(functional.l1_loss, pred, target)


def huber(pred, target, delta=1.0):
    return loss_and_gradient(functional.huber_loss, pred, target, delta=delta)


def loss_and_gradient(function, pred, target, **settings):
    if not pred.size:
        raise NotImplementedError  # PyTorch's mean of nothing is nan, ours is 0
    target = target.reshape(pred.shape)  # PyTorch would broadcast (N,) and (N, 1) to (N, N)
    pred = torch.tensor(pred, dtype=torch.float64, requires_grad=True)
    loss = function(pred, torch.tensor(target, dtype=torch.float64), **settings)
    return loss.item(), torch.autograd.grad(loss, pred)[0].numpy()
