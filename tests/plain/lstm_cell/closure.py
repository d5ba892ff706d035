import numpy as np

def _sigmoid(v):
    return 0.5 * (1 + np.tanh(0.5 * v))

def lstm_cell(inp, hidden, cell, Wx, Wh, b):
    gates = inp @ Wx + hidden @ Wh + b
    i, f, g, o = np.split(gates, 4, 1)
    i, f, o = map(_sigmoid, (i, f, o))
    g = np.tanh(g)
    new_cell = f * cell + i * g
    squashed = np.tanh(new_cell)

    def backward(dh, dc):
        dc = dc + dh * o * (1 - squashed ** 2)
        d = np.hstack([dc * g * i * (1 - i), dc * cell * f * (1 - f), dc * i * (1 - g ** 2),
                       dh * squashed * o * (1 - o)])
        return d @ Wx.T, d @ Wh.T, dc * f, inp.T @ d, hidden.T @ d, np.sum(d, 0)

    return o * squashed, new_cell, backward

def lstm_backward(d_hidden, d_cell, cache):
    return cache(d_hidden, d_cell)
