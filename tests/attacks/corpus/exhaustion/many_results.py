# attack: returns more arrays than a frame may hold
# verdict: failed type
# case: one_row


def softmax(x, axis=-1):
    return [x] * 70_000
