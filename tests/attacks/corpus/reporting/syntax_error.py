# attack: is not valid Python
# verdict: error syntax

def softmax(x, axis=-1)
    return x
