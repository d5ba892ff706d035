# attack: starts with a byte order mark, and is wrong in line 6
# verdict: failed exception

def softmax(x, axis=-1):
    raise ValueError('line 6')
