"""Torn reads on purpose: a process changes its memory between two ``read()`` calls of its maps.

One process does everything, so each result repeats: it reads the first page of ``/proc/self/maps``,
makes one system call, and reads on. `changes` lists the system calls, `reading` makes the programs,
`positions` predicts the text, and `record` keeps it in ``corpus/captures/torn``.
"""
