"""Running processes: whole maps, single addresses, true names, and names of one's own memory.

`process_snapshots` reads whole maps, `querier` looks up addresses, `resolving` finds out original
names. Only `reading` and `query_ioctl` ask the kernel for maps; they parse nothing.
"""
