"""Print the regions that LLDB 23 finds in one process."""

import os
import sys

from regions_of_lldb import print_regions

print_regions(
    os.environ["PROCMAPS_PEER"] + "/site/lldb_for_pwndbg/_vendor/bin/lldb-server", sys.argv[3]
)
