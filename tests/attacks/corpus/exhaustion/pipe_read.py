# attack: reads what the judge sends it
# verdict: error timeout
# case: one_row

from random import _os as os


def softmax(x, axis=-1):
    for number in range(3, 256):
        try:
            os.read(number, 1)
        except OSError:
            pass
    while True:
        pass
