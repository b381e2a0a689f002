"""The conformance suite for parsers of ``/proc/PID/maps``, in any language.

`cases` loads the cases, `runner` runs an adapter on them, `answers` reads what it prints, and
`judging` compares the answer with the case and returns a `verdicts.Verdict`.
"""
