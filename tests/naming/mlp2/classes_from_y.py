# number of classes taken from y
import numpy as np


def mlp2(X, y, W1, b1, W2, b2, loss="ce"):
    batch_size = X.shape[0]
    grads = {}

    # forward
    hidden = X.dot(W1)
    hidden += b1
    hidden[hidden <= 0] = 0
    scores = hidden.dot(W2)
    scores += b2

    # loss and its derivative
    if loss == "ce":
        scores -= scores.max(axis=1).reshape(-1, 1)
        log_z = np.log(np.exp(scores).sum(axis=1))
        value = np.mean(log_z - scores[range(batch_size), y])
        delta = np.exp(scores - log_z.reshape(-1, 1))
        one_hot = np.zeros((batch_size, y.max() + 1))
        one_hot[range(batch_size), y] = 1
        delta = delta - one_hot
        delta /= batch_size
    elif loss == "mse":
        delta = scores - y
        value = np.mean(delta**2)
        delta *= 2.0 / delta.size

    # backward
    grads["dW2"] = np.dot(hidden.T, delta)
    grads["db2"] = np.sum(delta, axis=0)
    delta = np.dot(delta, W2.T)
    delta[hidden == 0] = 0
    grads["dW1"] = np.dot(X.T, delta)
    grads["db1"] = np.sum(delta, axis=0)
    return value, grads
