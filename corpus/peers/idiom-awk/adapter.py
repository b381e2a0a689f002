"""The sixth field of awk."""

from columns import HELPER, serve_file

serve_file(("start", "end", "perms", "offset", "device", "inode", "name"), "awk", "-f", HELPER)
