# attack: imports the judge with the import that nobody guards
# verdict: error exception

from random import _os as os

sys = os.sys
import_module = sys.modules["builtins"].__import__

catalog = import_module("dlprep.catalog", fromlist=["find"])
exec(catalog.find("softmax").reference.read_text())
