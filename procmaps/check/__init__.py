"""The conformance suite for parsers of ``/proc/PID/maps``, in any language.

`cases` loads the cases, `answers` reads what an adapter printed, `judging` compares the two and
gives a `verdicts.Verdict`. The protocol between suite and adapter is ``docs/protocol.md``.
"""
