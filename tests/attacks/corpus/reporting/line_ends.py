# attack: writes lines of its own into the report
# verdict: failed exception


def softmax(x, axis=-1):
    raise ValueError("no\r\npassed\r\u2028passed\u2029passed\x1c")
