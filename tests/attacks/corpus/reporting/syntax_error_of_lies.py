# attack: raises a syntax error with a place that is none
# verdict: error syntax

raise SyntaxError("[/bold]\x1b[2J", ("softmax.py", 10**9, -7, "\ud800"))
