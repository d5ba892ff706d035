# attack: makes pytest report every test as passed
# verdict: error exception

from random import _os as os

sys = os.sys

report = sys.modules["_pytest.reports"].TestReport
report.from_item_and_call = classmethod(lambda cls, item, call: cls(outcome="passed"))
