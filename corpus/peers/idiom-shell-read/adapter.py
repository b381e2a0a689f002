"""The shell's read with a variable for each column."""

from columns import HELPER, serve_file

serve_file(("start", "end", "perms", "offset", "device", "inode", "name"), "sh", HELPER)
