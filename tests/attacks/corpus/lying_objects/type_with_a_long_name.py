# attack: returns an object whose type's name is longer than a frame may be
# verdict: error crash
# case: one_row


def softmax(x, axis=-1):
    return type("x" * (9 << 20), (), {"__module__": "elsewhere"})()
