"""A regular expression of Python with white space between the columns."""

import sys

from columns import HELPER, serve_file

serve_file(("start", "end", "perms", "offset", "device", "inode", "name"), sys.executable, HELPER)
