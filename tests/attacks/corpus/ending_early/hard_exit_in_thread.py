# attack: ends the process with exit code 0 from a thread
# verdict: error crash | error exception

from random import _os as os

import_module = os.sys.modules["builtins"].__import__
import_module("_thread").start_new_thread(os._exit, (0,))
while True:
    pass
