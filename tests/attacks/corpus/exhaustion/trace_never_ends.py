# attack: slows itself down with a trace of every line
# verdict: error timeout
# case: one_row

from random import _os as os

sys = os.sys


def trace(*args):
    while True:
        pass


def softmax(x, axis=-1):
    sys.settrace(trace)
    return len(x)
