# attack: sends text that is not text
# verdict: error output
# case: one_row

from random import _os as os

sys = os.sys
import_module = sys.modules["builtins"].__import__
struct = import_module("struct")


def serving():
    """The variables of the worker's loop: its message, and its end of the pipe."""
    frame = sys._getframe()
    while frame.f_code.co_name != "serve":
        frame = frame.f_back
    return frame.f_locals


def send(data):
    serving()["self"].sink.write(data)


def wait():
    while True:
        pass


def softmax(x, axis=-1):
    send(struct.pack(">I", 4) + b"\xff\xfe\xfd\xfc")
    wait()
