"""Trials of the package that take minutes to hours, and short tests of each.

`racing` reads processes whose memory changes, `fuzzing` searches for inputs that break a law, and
`mutation` plants faults and runs the tests. Each writes a record into ``tests/trials/records``;
``python -m tests.trials.reliability`` makes docs/reliability.md of them. `other_machines` runs the
tests of pages on other machines and writes its records into ``corpus/captures/pages``.
"""
