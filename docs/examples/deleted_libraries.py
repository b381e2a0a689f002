"""Print the processes that run code of a deleted file, as after an upgrade."""

import procmaps

found = procmaps.find_mappings(state="deleted", perms="x")
for pid, path in sorted({(each.pid, each.mapping.path or b"") for each in found}):
    print(pid, procmaps.escape_bytes(path))
