# attack: aborts its process
# verdict: error crash
# case: one_row

from random import _os as os


def softmax(x, axis=-1):
    os.abort()
