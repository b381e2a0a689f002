"""Tables of what each release of each producer prints; every row cites its source."""
