"""Print the regions that LLDB 14 finds in one process."""

import sys

from regions_of_lldb import print_regions

print_regions("lldb-server-14", sys.argv[3])
