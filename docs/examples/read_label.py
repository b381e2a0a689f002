"""Write the bytes of the memory with a label to standard output: read_label.py PID LABEL"""

import sys

import procmaps

pid, label = int(sys.argv[1]), sys.argv[2].encode()
with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
    for mapping in procmaps.maps(pid):
        if mapping.label == label:
            memory.seek(mapping.start)
            sys.stdout.buffer.write(memory.read(mapping.size))
