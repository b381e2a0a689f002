"""Searches: mappings over all processes, and the places of addresses."""
