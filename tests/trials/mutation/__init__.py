"""Mutation testing: plant faults, one at a time, and see whether a test fails."""
