"""Count the pages of processes: whose they are, who shares them, and what kind they are."""

from procmaps.pages.grouping import PageGroup
from procmaps.pages.json_form import pages_to_json, sharing_to_json
from procmaps.pages.machine import Machine, read_machine
from procmaps.pages.owners import SharedMemory
from procmaps.pages.probing import Tier
from procmaps.pages.reading import read_pages
from procmaps.pages.results import MappingPages, Pages
from procmaps.pages.sharing import FamilySharing, read_sharing, sharing_of
from procmaps.pages.sums import BACKINGS, FIGURES, Backing, PageSums

__all__ = [
    "BACKINGS",
    "FIGURES",
    "Backing",
    "FamilySharing",
    "Machine",
    "MappingPages",
    "PageGroup",
    "PageSums",
    "Pages",
    "SharedMemory",
    "Tier",
    "pages_to_json",
    "read_machine",
    "read_pages",
    "read_sharing",
    "sharing_of",
    "sharing_to_json",
]
