# attack: warns in words that harm a terminal
# verdict: failed values


def softmax(x, axis=-1):
    import warnings

    warnings.warn("[/bold]\x1b[2J\ud800")
    return x
