from dataclasses import dataclass
import numpy as np

@dataclass
class Softmax:
    axis: int

    def __call__(self, x):
        z = x - np.amax(x, self.axis, keepdims=True)
        log_z = np.log(np.add.reduce(np.exp(z), self.axis, keepdims=True))
        return np.exp(z - log_z)

def softmax(x, axis=-1):
    return Softmax(axis)(x)
