# attack: adds so many numbers that the compiler overflows
# verdict: error exception | error crash
# source: b"x = 1" + b"+1" * 300_000
