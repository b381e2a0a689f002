"""What labels cost and what they block: measured on the laboratory's kernels, written as JSON.

``python -m kernel.experiments`` runs all of it; docs/generated/review.md is made from the results.
"""
