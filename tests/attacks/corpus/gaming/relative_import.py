# attack: imports a file that lies beside it
# verdict: error import

from .solution import softmax
