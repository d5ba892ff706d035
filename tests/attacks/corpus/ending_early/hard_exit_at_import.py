# attack: ends the process with exit code 0 while it is loaded
# verdict: error crash

from random import _os as os

os._exit(0)
