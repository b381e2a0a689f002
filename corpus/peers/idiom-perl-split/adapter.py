"""Perl's split at white space."""

from columns import HELPER, serve_file

serve_file(("start", "end", "perms", "offset", "device", "inode", "name"), "perl", HELPER)
