# attack: crashes with a pointer to nowhere
# verdict: error crash
# case: one_row

from random import _os as os

sys = os.sys
import_module = sys.modules["builtins"].__import__


def softmax(x, axis=-1):
    return import_module("ctypes").string_at(0)
