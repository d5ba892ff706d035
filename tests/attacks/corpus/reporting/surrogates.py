# attack: says what cannot be written as UTF-8
# verdict: failed exception


def softmax(x, axis=-1):
    raise ValueError("\ud800 \udfff")
