"""Tables: which release of which producer prints what, each row with its source."""
