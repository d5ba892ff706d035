# attack: answers the next questions before they are asked
# verdict: failed type

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


for number in range(1, 40):
    forge(id=number, value=True, functions={"softmax": None}, refused=[])


def softmax(x, axis=-1):
    return x
