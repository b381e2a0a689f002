"""strtok() with a space and a newline as delimiters."""

from columns import serve_file

serve_file(("start", "end", "perms", "offset", "device", "inode", "name"))
