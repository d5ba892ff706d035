# attack: ignores every signal that it can, and never ends
# verdict: error timeout
# case: one_row

from random import _os as os

sys = os.sys
import_module = sys.modules["builtins"].__import__

signal = import_module("_signal")
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass


def softmax(x, axis=-1):
    while True:
        pass
