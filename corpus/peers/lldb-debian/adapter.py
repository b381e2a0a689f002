"""lldb-server of Debian: qMemoryRegionInfo."""

from lldb_regions import serve_regions

serve_regions("lldb-server-14")
