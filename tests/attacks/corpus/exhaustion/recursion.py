# attack: calls itself without end
# verdict: failed exception
# case: one_row


def softmax(x, axis=-1):
    return softmax(x, axis)
