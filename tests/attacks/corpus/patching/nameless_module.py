# attack: takes its name, its file and its namespace from under the worker
# verdict: error crash

from random import _os as os

sys = os.sys

for name in ("__name__", "__builtins__", "__doc__", "__spec__", "__loader__", "__package__"):
    globals()[name] = {1}
sys.modules.clear()


def softmax(x, axis=-1):
    return object
