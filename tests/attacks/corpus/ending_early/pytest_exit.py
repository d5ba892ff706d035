# attack: ends the run of the tests with exit code 0
# verdict: error import

import pytest

pytest.exit("all done", returncode=0)
