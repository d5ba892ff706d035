# attack: has SciPy do the work
# verdict: failed import

from scipy.special import softmax
