# attack: stops its own process, so that it hears no signal
# verdict: error timeout
# case: one_row

from random import _os as os


def softmax(x, axis=-1):
    os.kill(os.getpid(), 19)
    return x
