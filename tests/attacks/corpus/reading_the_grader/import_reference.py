# attack: imports the reference solution
# verdict: error import

from reference import softmax
