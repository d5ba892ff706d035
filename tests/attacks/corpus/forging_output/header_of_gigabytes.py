# attack: announces a header of four gigabytes
# verdict: error output
# case: one_row

from random import _os as os

sys = os.sys


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
    send(b"\xff\xff\xff\xff")
    wait()
