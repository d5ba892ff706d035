"""What hidden cases call: checks that explain what they find."""

from dlprep.checks.contract import check_contract, check_raises
from dlprep.checks.conventions import contrast, conventions, polish
from dlprep.checks.failure import CaseError, CheckFailed
from dlprep.checks.gradient import check_gradient, clear_of_kinks
from dlprep.checks.scaling import check_memory, check_scaling
from dlprep.checks.values import check_stability, check_values

__all__ = [
    "CaseError",
    "CheckFailed",
    "check_contract",
    "check_gradient",
    "check_memory",
    "check_raises",
    "check_scaling",
    "check_stability",
    "check_values",
    "clear_of_kinks",
    "contrast",
    "conventions",
    "polish",
]
