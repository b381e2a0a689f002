"""Android's libbacktrace: BacktraceMap, which parses with Android's libprocinfo."""

from columns import serve_process

serve_process(("start", "end", "perms", "offset", "name"))
