# attack: asks sys to end the program with exit code 0
# verdict: error import

import sys

sys.exit(0)
