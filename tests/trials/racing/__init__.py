"""Readers of `procmaps` against a process that changes its memory as fast as it can."""
