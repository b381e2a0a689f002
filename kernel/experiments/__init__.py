"""The cost of labels and their effect on merging, measured on the laboratory's kernels.

``python -m kernel.experiments`` runs all experiments and writes their figures as JSON.
``kernel.review`` makes docs/generated/review.md from them.
"""
