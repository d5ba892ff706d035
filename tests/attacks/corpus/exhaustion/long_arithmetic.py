# attack: holds the interpreter in one multiplication
# verdict: error timeout
# case: one_row


def softmax(x, axis=-1):
    return 7 ** (10**9)
