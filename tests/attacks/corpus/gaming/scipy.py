# attack: has SciPy do the work
# verdict: error import

from scipy.special import softmax
