# attack: has form feeds between its lines, and is wrong
# verdict: failed values

def softmax(x, axis=-1):
    return x
