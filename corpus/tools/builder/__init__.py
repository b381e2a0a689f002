"""Make ``corpus/cases``: run ``python -m corpus.tools.builder`` from the checkout.

Each case starts as records (`model`). An independent printer, which quotes the kernel's format
strings, prints the dump (`printer`). The case is written with the records that it was printed from
(`writing`). No parser takes part, and nothing of `procmaps` is imported, so the cases cannot repeat
a mistake of `procmaps`.

Each group of cases has a module of the same name. This package is not part of the wheel.
"""
