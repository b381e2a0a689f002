"""The tables that the build has written, one module each. See `procmaps.grammar.tables`."""
