# attack: never answers
# verdict: error timeout
# case: one_row


def softmax(x, axis=-1):
    while True:
        pass
