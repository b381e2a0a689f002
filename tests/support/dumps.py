"""Dumps that several tests read."""

SAMPLE = b"""\
00400000-00452000 r-xp 00000000 08:02 173521                             /usr/bin/dbus-daemon
00e03000-00e24000 rw-p 00000000 00:00 0                                  [heap]
7f0000000000-7f0000100000 rwxp 00000000 00:00 0                          [anon:code]
7f0000100000-7f0000200000 rw-p 00000000 00:00 0\x20
"""
"""A small dump with nothing wrong in it."""
