# attack: imports the reference solution
# verdict: failed import

from reference import softmax
