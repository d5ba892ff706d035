# attack: is not UTF-8
# verdict: error encoding

# café
def softmax(x, axis=-1):
    return x

