"""Print the regions that mem_edit lists for one process."""

import sys

from mem_edit import Process

with Process.open_process(int(sys.argv[3])) as process:
    for start, end in process.list_mapped_regions(writeable_only=False):
        print(f"start={(b'%x' % start).hex()} end={(b'%x' % end).hex()}")
