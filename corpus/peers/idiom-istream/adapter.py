"""Operator >> of a C++ stream for each column."""

from columns import serve_file

serve_file(("start", "end", "perms", "offset", "device", "inode", "name"))
