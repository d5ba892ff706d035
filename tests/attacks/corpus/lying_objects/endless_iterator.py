# attack: returns an iterator without an end
# verdict: failed type


def softmax(x, axis=-1):
    while True:
        yield x
