# attack: puts another file in the place of its pipe
# verdict: error crash | failed exception
# case: one_row

from random import _os as os


def softmax(x, axis=-1):
    nothing = os.dup(1)
    for number in range(256):
        try:
            if number != nothing:
                os.dup2(nothing, number)
        except OSError:
            pass
    return x
