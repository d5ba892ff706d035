# attack: calls itself without end while it is loaded
# verdict: error exception


def bomb():
    bomb()


bomb()
