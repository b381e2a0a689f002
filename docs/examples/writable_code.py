"""Print all memory that is both writable and executable, over all processes."""

import procmaps

for pid, snapshot in procmaps.iter_snapshots(procmaps.pids()):
    if isinstance(snapshot, procmaps.Snapshot):
        for mapping in snapshot:
            if mapping.perms.write and mapping.perms.execute:
                print(pid, repr(mapping))
