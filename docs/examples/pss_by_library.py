"""Print the PSS of each library, summed over all processes, largest first."""

from collections import Counter

import procmaps

total = Counter[bytes]()
for _, snapshot in procmaps.iter_snapshots(procmaps.pids(), "smaps"):
    if isinstance(snapshot, procmaps.Snapshot):
        for mapping in snapshot:
            if mapping.path and mapping.usage:
                total[mapping.path] += mapping.usage.pss or 0
for path, pss in total.most_common():
    print(f"{pss >> 10:10} kB  {procmaps.escape_bytes(path)}")
