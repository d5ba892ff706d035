# attack: names an encoding that is a program
# -*- coding: unicode_escape -*-
# verdict: error missing

# \x0adef soft(): ...
