# attack: returns a number of five thousand digits
# verdict: failed type
# case: one_row


def softmax(x, axis=-1):
    return 10**5000
