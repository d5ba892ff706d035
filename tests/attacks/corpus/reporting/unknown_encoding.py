# attack: names an encoding that nobody knows
# -*- coding: nonsense -*-
# verdict: error syntax

def softmax(x, axis=-1):
    return x
