"""Mappings of one file joined to modules, ELF headers, and members of archives.

Nothing here asks the kernel: modules are made of a snapshot, layouts of an open file.
"""
