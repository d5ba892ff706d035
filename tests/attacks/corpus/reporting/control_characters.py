# attack: says what may not stand in XML
# verdict: failed exception


def softmax(x, axis=-1):
    raise ValueError("\0\x01\x08\x0b\x0c\x0e\x1f\x7f\x85\ufffe\uffff ]]> <![CDATA[ &#0;")
