"""The reader of pages on machines with another page size, word size or byte order.

``python -m tests.trials.other_machines KERNEL...`` boots kernels of the laboratory with Debian's
Python for their machine, and the extensions compiled for it. In each, the tests of pages compare
what the reader says with what a process says that it touched. Then the files of that process are
recorded in ``corpus/captures/pages/KERNEL``, where ``tests/pages/test_captured.py`` reads them.
"""
