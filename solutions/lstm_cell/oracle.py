"""The LSTM cell by PyTorch's: ``nn.functional`` has none, so ``nn.LSTMCell`` with one bias."""

import torch


def lstm_cell(x, h, c, Wx, Wh, b):
    inputs = [
        torch.tensor(a, dtype=torch.float64, requires_grad=True) for a in (x, h, c, Wx, Wh, b)
    ]
    x, h, c, Wx, Wh, b = inputs
    weights = {"weight_ih": Wx.T, "weight_hh": Wh.T, "bias_ih": b, "bias_hh": torch.zeros_like(b)}
    cell = torch.nn.LSTMCell(len(Wx), len(Wh), dtype=torch.float64)
    h2, c2 = torch.func.functional_call(cell, weights, (x, (h, c)))
    return h2.detach().numpy(), c2.detach().numpy(), (h2, c2, inputs)


def lstm_backward(dh2, dc2, cache):
    h2, c2, inputs = cache
    upstream = [torch.as_tensor(d, dtype=torch.float64) for d in (dh2, dc2)]
    grads = torch.autograd.grad([h2, c2], inputs, upstream, retain_graph=True)
    return tuple(grad.numpy() for grad in grads)
