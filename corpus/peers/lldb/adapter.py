"""lldb-server, as it is packed for pwndbg: qMemoryRegionInfo."""

import os

from lldb_regions import serve_regions

folder = os.path.join(os.environ["PROCMAPS_PEER"], "site", "lldb_for_pwndbg")
serve_regions(os.path.join(folder, "_vendor", "bin", "lldb-server"))
