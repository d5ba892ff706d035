# attack: looks for another softmax among all the objects in memory
# verdict: failed values

from random import _os as os

sys = os.sys
import_module = sys.modules["builtins"].__import__

gc = import_module("gc")


def softmax(x, axis=-1):
    for found in gc.get_objects():
        name = getattr(found, "__qualname__", None)
        if type(name) is str and name == "softmax" and found is not softmax:
            return found(x, axis)
    return x
