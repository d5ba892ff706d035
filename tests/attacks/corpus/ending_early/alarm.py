# attack: is killed by an alarm of its own
# verdict: error crash | failed exception

from random import _os as os

signal = os.sys.modules["builtins"].__import__("_signal")


def softmax(x, axis=-1):
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    while True:
        pass
