# attack: returns no rows, of which no element differs
# verdict: failed shape


def softmax(x, axis=-1):
    return x[:0].astype(float)
