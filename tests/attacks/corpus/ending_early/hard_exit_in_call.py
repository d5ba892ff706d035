# attack: ends the process with exit code 0 instead of answering
# verdict: error crash

from random import _os as os


def softmax(x, axis=-1):
    os._exit(0)
