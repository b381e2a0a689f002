"""From columns to a `Snapshot`."""
