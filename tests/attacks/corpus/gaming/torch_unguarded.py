# attack: has PyTorch do the work, with the import that nobody guards
# verdict: error exception
# needs: lock

from random import _os as os

sys = os.sys
import_module = sys.modules["builtins"].__import__

import numpy as np

sys.path.append(os.path.dirname(os.path.dirname(np.__file__)))
torch = import_module("torch")


def softmax(x, axis=-1):
    given = torch.tensor(np.ascontiguousarray(x))
    return torch.softmax(given if given.is_floating_point() else given.double(), axis).numpy()
