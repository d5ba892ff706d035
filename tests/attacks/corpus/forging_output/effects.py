# attack: sends a record of what its calls have done that is none
# verdict: error output

from random import _os as os

sys = os.sys
import_module = sys.modules["builtins"].__import__
json, struct = import_module("json"), import_module("struct")


def serving():
    """The variables of the worker's loop: its message, and its end of the pipe."""
    frame = sys._getframe()
    while frame.f_code.co_name != "serve":
        frame = frame.f_back
    return frame.f_locals


def send(data):
    serving()["self"].sink.write(data)


def forge(**header):
    number = serving()["message"]["id"]
    text = json.dumps(
        {"id": number, "printed": "", "lost": 0, "warnings": [], "arrays": []} | header
    )
    send(struct.pack(">I", len(text)) + text.encode())


def wait():
    while True:
        pass


def softmax(x, axis=-1):
    forge(value={"tuple": []}, effects=5)
    wait()
