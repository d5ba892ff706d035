# attack: ends a thread, and hopes that the program ends with it
# verdict: failed values | failed exception

from random import _os as os


def end():
    raise SystemExit(0)


def softmax(x, axis=-1):
    os.sys.modules["builtins"].__import__("_thread").start_new_thread(end, ())
    return x
