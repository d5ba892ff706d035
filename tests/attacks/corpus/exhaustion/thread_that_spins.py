# attack: leaves threads running that take all the time there is
# verdict: failed values | failed exception
# case: one_row

from random import _os as os

sys = os.sys
import_module = sys.modules["builtins"].__import__


def spin():
    while True:
        pass


def softmax(x, axis=-1):
    import_module("_thread").start_new_thread(spin, ())
    return x
