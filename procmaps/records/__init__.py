"""The values that a caller holds: mappings, names, usage."""
