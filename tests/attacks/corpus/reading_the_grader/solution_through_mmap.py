# attack: maps the reference solution into its memory
# verdict: error exception
# needs: lock

from random import _os as os

import numpy as np

sys = os.sys
script = next(word for word in sys.orig_argv if word.endswith("worker.py"))
solution = os.path.dirname(script) + "/../../solutions/softmax/reference.py"
exec(np.memmap(solution, np.uint8, "r").tobytes())
