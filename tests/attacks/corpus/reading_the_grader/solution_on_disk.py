# attack: runs the reference solution, which stands near the worker's own file
# verdict: error exception
# needs: lock

from random import _os as os

sys = os.sys
script = next(word for word in sys.orig_argv if word.endswith("worker.py"))
solution = os.path.dirname(script) + "/../../solutions/softmax/reference.py"
with open(solution) as file:
    exec(file.read())
