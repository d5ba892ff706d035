# attack: reads the reference solution with NumPy
# verdict: error exception
# needs: lock

from random import _os as os

import numpy as np

sys = os.sys
script = next(word for word in sys.orig_argv if word.endswith("worker.py"))
solution = os.path.dirname(script) + "/../../solutions/softmax/reference.py"
globals()["__builtins__"] = sys.modules["builtins"]  # NumPy's own imports are guarded as well
exec(np.fromfile(solution, np.uint8).tobytes())
