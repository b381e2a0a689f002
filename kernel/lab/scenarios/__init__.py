"""What the laboratory makes a kernel show: one function a scenario, its docstring saying what.

Nothing here asks which release, machine or option it runs on. A scenario tries; the guest's
answers, kept with the capture, say what was possible there. The exception are scenarios that
need a number or a program of one machine: they name it.

One boot runs them in the order in which these modules enter them into the table.
"""

from kernel.lab.scenarios import labels, files, memory, devices, processes  # isort: skip
from kernel.lab.scenarios.table import SCENARIOS, Scenario

__all__ = ["SCENARIOS", "Scenario", "devices", "files", "labels", "memory", "processes"]
