"""One module for each layer that a container puts around a dump.

Each has a function ``remove`` from lines to lines (`procmaps.extraction.pipeline.Layer`). It
changes a line only on evidence that the layer is there, and records each change as a `Repair`.
"""
