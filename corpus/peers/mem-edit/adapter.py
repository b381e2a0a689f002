"""mem_edit: Process.list_mapped_regions()."""

import os

from mem_edit import Process
from protocol import live, serve

process = Process(int(os.environ["PROCMAPS_DECOY_PID"]))


def call(_pid):
    """Return all regions that can be read."""
    return process.list_mapped_regions(writeable_only=False)


serve(live, call, lambda regions: [{"start": start, "end": end} for start, end in regions])
