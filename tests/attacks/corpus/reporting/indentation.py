# attack: mixes tabs and blanks
# verdict: error syntax

def softmax(x, axis=-1):
    if x.size:
	return x
