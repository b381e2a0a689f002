"""The values that a caller works with: mappings, names, permissions, devices, usage."""
