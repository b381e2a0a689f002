"""The producer's side of procmaps: what the kernel does, as a model and as real kernels.

Run from a checkout; never installed.
"""
