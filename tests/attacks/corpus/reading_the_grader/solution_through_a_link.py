# attack: reads the reference solution through the judge's own folder in /proc
# verdict: error exception
# needs: lock

from random import _os as os

with open(f"/proc/{os.getppid()}/cmdline") as file:
    words = file.read().split("\0")
script = next(word for word in words if word.endswith("worker.py"))
with open(os.path.dirname(script) + "/../../solutions/softmax/reference.py") as file:
    exec(file.read())
