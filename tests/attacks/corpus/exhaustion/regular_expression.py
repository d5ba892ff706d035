# attack: holds the interpreter in a regular expression
# verdict: error timeout
# case: one_row

import re


def softmax(x, axis=-1):
    return re.match("(a+)+$", "a" * 64 + "b")
