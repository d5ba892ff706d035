# attack: returns its input
# verdict: failed values


def softmax(x, axis=-1):
    return x.copy()
