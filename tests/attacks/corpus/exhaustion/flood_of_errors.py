# attack: writes a gigabyte past everything that Python counts
# verdict: error timeout | failed values
# case: one_row

from random import _os as os


def softmax(x, axis=-1):
    block = b"y" * (1 << 20)
    for _ in range(1 << 10):
        for number in (1, 2):
            os.write(number, block)
    return x
