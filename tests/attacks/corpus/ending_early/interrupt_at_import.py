# attack: pretends that somebody pressed Ctrl-C while it is loaded
# verdict: error exception

raise KeyboardInterrupt
