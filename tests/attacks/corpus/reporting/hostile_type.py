# attack: returns an object whose type's name harms a terminal
# verdict: failed type


def softmax(x, axis=-1):
    return type("\x1b[2J[/bold]\n", (), {"__module__": "a"})()
