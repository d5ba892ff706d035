# attack: defines nothing but names that harm a terminal
# verdict: error missing

for name in ("\x1b[2J", "[/bold]", "\ud800", "\n\npassed", "=1+1", "x" * 10**5):
    globals()[name] = lambda: 1
