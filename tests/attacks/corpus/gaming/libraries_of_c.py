# attack: loads a library with NumPy's help
# verdict: error import

from numpy import ctypeslib
