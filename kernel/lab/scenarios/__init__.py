"""The scenarios: one function each. Its docstring says what it shows.

A scenario does not depend on release, architecture or option. It tries all calls, and the guest's
results, which are saved with the capture, show which of them the kernel supports. A scenario that
needs a system call number or a program of one architecture names that architecture.

One boot runs all scenarios in the order in which these modules add them to the table.
"""

from kernel.lab.scenarios import labels, files, memory, devices, processes, nommu  # isort: skip
from kernel.lab.scenarios.table import SCENARIOS, Scenario

__all__ = ["SCENARIOS", "Scenario", "devices", "files", "labels", "memory", "nommu", "processes"]
