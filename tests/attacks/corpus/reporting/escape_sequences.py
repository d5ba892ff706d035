# attack: clears the screen and writes another verdict
# verdict: failed exception


def softmax(x, axis=-1):
    raise ValueError("\x1b[2J\x1b[H\x1b]0;passed\x07 17 passed \x9b31m")
