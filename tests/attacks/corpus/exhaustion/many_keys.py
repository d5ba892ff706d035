# attack: returns a dict of very many keys
# verdict: failed type
# exercise: mlp2


def mlp2(X, y, W1, b1, W2, b2, loss="ce"):
    return 1.0, dict.fromkeys(range(200_000), 0)
