# attack: never finishes loading
# verdict: error timeout
# case: one_row

while True:
    pass
