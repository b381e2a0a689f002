"""Find failures of the peers that no case shows: ``python -m corpus.tools.fuzz``.

Hypothesis draws names, numbers, fields and foreign lines. Each dump differs from a published one,
its control, in the drawn value only. A failure that the control does not have is taken apart into
*faults*. A fault that a published case already shows is only counted. Any other is reduced to the
simplest value with the same fault, and reported.
"""
