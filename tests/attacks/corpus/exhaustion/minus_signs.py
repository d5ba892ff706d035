# attack: nests a million operators
# verdict: error exception | error crash
# source: b"x = " + b"-" * 10**6 + b"1"
