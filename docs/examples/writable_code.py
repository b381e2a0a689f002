"""Print all memory that is both writable and executable, over all processes."""

import procmaps

for found in procmaps.find_mappings(perms="wx"):
    print(found.pid, repr(found.mapping))
