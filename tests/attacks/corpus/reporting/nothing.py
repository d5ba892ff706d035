# attack: says nothing
# verdict: failed exception


def softmax(x, axis=-1):
    raise ValueError("")
