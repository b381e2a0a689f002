"""Print how much the heap of a process grows in a minute: heap_growth.py PID [SECONDS]"""

import sys
import time

import procmaps


def heap(pid: int) -> int:
    return sum(m.size for m in procmaps.maps(pid) if isinstance(m.name, procmaps.Heap))


pid, seconds = int(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 60
before = heap(pid)
time.sleep(seconds)
print(f"{heap(pid) - before:+} bytes")
