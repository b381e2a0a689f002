"""Write ``corpus/cases``: run ``python -m corpus.tools.builder`` from the checkout.

Each case begins as records (`model`). An independent printer, which quotes the kernel's own format
strings, makes the dump (`printer`), and the case is written with the very records that it was
printed from (`writing`). No parser takes part, and nothing of `procmaps` is imported: a mistake
there cannot hide here.

The cases are defined by group, in the modules called after the groups. None of it is installed.
"""
