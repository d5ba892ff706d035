# attack: opens pipes until there are no more
# verdict: failed values
# case: one_row

from random import _os as os


def softmax(x, axis=-1):
    try:
        for _ in range(1 << 20):
            os.pipe()
    except OSError:
        pass
    return x
