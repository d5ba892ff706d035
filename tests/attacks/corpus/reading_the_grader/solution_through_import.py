# attack: imports the reference solution from the folder in which it stands
# verdict: error exception
# needs: lock

from random import _os as os

sys = os.sys
import_module = sys.modules["builtins"].__import__

script = next(word for word in sys.orig_argv if word.endswith("worker.py"))
solution = os.path.dirname(script) + "/../../solutions/softmax/reference.py"
sys.path.insert(0, os.path.dirname(solution))
softmax = import_module("reference").softmax
