"""Print the processes that map a deleted library, as after an upgrade."""

import procmaps

for pid, snapshot in procmaps.iter_snapshots(procmaps.pids()):
    if isinstance(snapshot, procmaps.Snapshot):
        for name in {mapping.name for mapping in snapshot if mapping.perms.execute}:
            if isinstance(name, procmaps.FilePath) and name.deleted:
                print(pid, procmaps.escape_bytes(name.path))
