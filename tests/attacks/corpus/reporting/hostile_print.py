# attack: fails after it has printed what harms a terminal
# verdict: failed values


def softmax(x, axis=-1):
    print("[/bold]\x1b[2J\0\ud800\r" * 100)
    return x
