# attack: is written in another Python
# verdict: error syntax

def softmax(x, axis=-1):
    print 'x'
