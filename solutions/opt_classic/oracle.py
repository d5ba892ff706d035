"""One step of ``torch.optim``'s SGD, Adagrad and RMSprop from the state that the call gives."""

import torch

EXACT = ("adagrad", "rmsprop")


def sgd(w, g, buf, lr, mu=0, nesterov=False, wd=0):
    state = {} if buf is None else {"momentum_buffer": float64(buf)}
    w2, state = stepped(
        torch.optim.SGD, w, g, state, lr=lr, momentum=mu, nesterov=nesterov, weight_decay=wd
    )
    if not mu:  # PyTorch keeps no buffer then: it would be the gradient of this step alone
        state["momentum_buffer"] = float64(g) + wd * float64(w)
    return w2.numpy(), state["momentum_buffer"].numpy()


def adagrad(w, g, s, lr, eps):
    state = {"step": torch.tensor(0.0), "sum": float64(s)}
    w2, state = stepped(torch.optim.Adagrad, w, g, state, lr=lr, eps=eps)
    return w2.numpy(), state["sum"].numpy()


def rmsprop(w, g, v, lr, alpha, eps):
    state = {"step": torch.tensor(0.0), "square_avg": float64(v)}
    w2, state = stepped(torch.optim.RMSprop, w, g, state, lr=lr, alpha=alpha, eps=eps)
    return w2.numpy(), state["square_avg"].numpy()


def stepped(kind, w, g, state, **settings):
    w = float64(w)
    w.grad = float64(g)
    optimiser = kind([w], **settings)
    optimiser.state[w] = state
    optimiser.step()
    return w, optimiser.state[w]


def float64(array):
    return torch.tensor(array, dtype=torch.float64)
