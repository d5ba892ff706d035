# attack: ends its lines as Windows does, and is wrong
# verdict: failed values

def softmax(x, axis=-1):
    return x
