"""Sum up memory by label, kind, file, owner or process, say how exact each sum is, and compare."""

from procmaps.live.gaps import Gap
from procmaps.usage.accounting import account
from procmaps.usage.budgets import Budget, read_within
from procmaps.usage.causes import Cause, Event
from procmaps.usage.differences import Difference, GroupChange, MappingChange, diff
from procmaps.usage.families import Family
from procmaps.usage.figures import FIGURES, Figure
from procmaps.usage.groups import Account, Group
from procmaps.usage.json_form import account_to_json, difference_to_json, family_to_json
from procmaps.usage.keys import KEYS, Key
from procmaps.usage.overlays import LabelledRange, Overlay
from procmaps.usage.processes import ProcessMemory, processes
from procmaps.usage.reconciling import Term, Why, why
from procmaps.usage.reconciling_cgroups import why_cgroup
from procmaps.usage.rules import Preset, Rule, Rules, presets
from procmaps.usage.sampling import Sample, Sampler

__all__ = [
    "FIGURES",
    "KEYS",
    "Account",
    "Budget",
    "Cause",
    "Difference",
    "Event",
    "Family",
    "Figure",
    "Gap",
    "Group",
    "GroupChange",
    "Key",
    "LabelledRange",
    "MappingChange",
    "Overlay",
    "Preset",
    "ProcessMemory",
    "Rule",
    "Rules",
    "Sample",
    "Sampler",
    "Term",
    "Why",
    "account",
    "account_to_json",
    "diff",
    "difference_to_json",
    "family_to_json",
    "presets",
    "processes",
    "read_within",
    "why",
    "why_cgroup",
]
