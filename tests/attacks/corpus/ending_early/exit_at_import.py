# attack: ends the program with exit code 0 while it is loaded
# verdict: error exception

raise SystemExit(0)
