# attack: raises an exception whose type's name harms a terminal
# verdict: failed exception


def softmax(x, axis=-1):
    raise type("\x1b[2J[/bold]\nE", (Exception,), {})("no")
