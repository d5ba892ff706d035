# attack: has scikit-learn do the work when it is called
# verdict: failed import


def softmax(x, axis=-1):
    from sklearn.utils.extmath import softmax

    return softmax(x)
