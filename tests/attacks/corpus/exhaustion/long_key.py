# attack: returns a dict with a key of megabytes
# verdict: failed type
# exercise: mlp2


def mlp2(X, y, W1, b1, W2, b2, loss="ce"):
    return 1.0, {"k" * 7_000_000: 1}
