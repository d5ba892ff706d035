# gradient with the wrong sign
import numpy as np


class Linear:
    def __init__(self, W, b):
        self.W, self.b = W, b

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, grad):
        self.dW = self.x.transpose() @ grad
        self.db = grad.sum(0)
        return grad @ self.W.transpose()


class ReLU:
    def forward(self, x):
        self.on = x > 0
        return x * self.on

    def backward(self, grad):
        return np.where(self.on, grad, 0)


class CrossEntropy:
    def forward(self, logits, classes):
        self.picked = np.arange(logits.shape[1])[None, :] == classes[:, None]
        self.logp = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
        return float(-np.sum(self.logp * self.picked) / len(logits))

    def backward(self):
        return (self.picked - np.exp(self.logp)) / len(self.logp)


class SquaredError:
    def forward(self, out, target):
        self.diff = out - target
        return float(np.square(self.diff).mean())

    def backward(self):
        return self.diff * (2 / self.diff.size)


def mlp2(X, y, W1, b1, W2, b2, loss="ce"):
    first, relu, second = Linear(W1, b1), ReLU(), Linear(W2, b2)
    criterion = {"ce": CrossEntropy, "mse": SquaredError}[loss]()
    out = second.forward(relu.forward(first.forward(X)))
    value = criterion.forward(out, y)
    first.backward(relu.backward(second.backward(criterion.backward())))
    return value, {"dW1": first.dW, "db1": first.db, "dW2": second.dW, "db2": second.db}
