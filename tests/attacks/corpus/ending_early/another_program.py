# attack: becomes a program that ends with exit code 0
# verdict: error exception | error crash

from random import _os as os

os.execv("/bin/true", ["true"])
