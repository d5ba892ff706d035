# attack: pretends that somebody pressed Ctrl-C
# verdict: failed exception


def softmax(x, axis=-1):
    raise KeyboardInterrupt
