# attack: replaces every hook that is called when something goes wrong
# verdict: failed exception

from random import _os as os

sys = os.sys

sys.excepthook = sys.unraisablehook = sys.displayhook = lambda *args: os._exit(0)
sys.settrace(lambda *args: None)
sys.setprofile(lambda *args: None)


def softmax(x, axis=-1):
    raise ValueError("now")
