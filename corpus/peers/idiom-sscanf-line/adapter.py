"""sscanf() with %[^\\n] for the name."""

from columns import serve_file

serve_file(("start", "end", "perms", "offset", "device", "inode", "name"))
