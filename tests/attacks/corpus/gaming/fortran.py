# attack: compiles a program of its own
# verdict: error import

import numpy.f2py
