# attack: writes a false report of a crash
# verdict: error crash
# case: one_row

from random import _os as os


def softmax(x, axis=-1):
    os.write(
        2, b'Fatal Python error: Segmentation fault\n\n  File "softmax.py", line 99999 in softmax\n'
    )
    os._exit(0)
