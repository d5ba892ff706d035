# attack: closes every file, its pipe to the judge among them
# verdict: error crash
# case: one_row

from random import _os as os


def softmax(x, axis=-1):
    os.closerange(0, 256)
    return x
