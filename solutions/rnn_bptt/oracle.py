"""``torch.nn.RNN`` with one bias, and autograd."""

import torch


def rnn(x, h0, Wx, Wh, b):
    x, h0, Wx, Wh, b = inputs = [
        torch.tensor(array, dtype=torch.float64, requires_grad=True) for array in (x, h0, Wx, Wh, b)
    ]
    weights = {"weight_ih": Wx.T, "weight_hh": Wh.T, "bias_ih": b, "bias_hh": torch.zeros_like(b)}
    weights = {f"{name}_l0": weight for name, weight in weights.items()}
    net = torch.nn.RNN(*Wx.shape, dtype=torch.float64)
    hs, _ = torch.func.functional_call(net, weights, (x, h0[None]))
    return hs.detach().numpy(), (hs, inputs)


def rnn_backward(dhs, cache):
    hs, inputs = cache
    grads = torch.autograd.grad(hs, inputs, torch.tensor(dhs, dtype=hs.dtype), retain_graph=True)
    return tuple(grad.numpy() for grad in grads)
