# attack: returns a text of nine megabytes
# verdict: failed type
# case: one_row


def softmax(x, axis=-1):
    return "y" * (9 << 20)
