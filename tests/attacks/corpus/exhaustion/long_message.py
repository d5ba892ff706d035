# attack: raises an exception with a text of 100 megabytes
# verdict: failed exception
# case: one_row


def softmax(x, axis=-1):
    raise ValueError("y" * (100 << 20))
