# attack: waits for somebody to type
# verdict: failed exception
# case: one_row


def softmax(x, axis=-1):
    return input("softmax? ")
