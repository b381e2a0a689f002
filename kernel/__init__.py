"""The kernel's side of procmaps: a model of its mappings, and a laboratory of real kernels.

It runs from a checkout and is never installed.
"""
