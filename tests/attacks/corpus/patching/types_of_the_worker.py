# attack: makes everything an array for whoever asks
# verdict: error crash

from random import _os as os

sys = os.sys

builtins = sys.modules["builtins"]
builtins.isinstance = builtins.issubclass = lambda *args: True


def softmax(x, axis=-1):
    return x
