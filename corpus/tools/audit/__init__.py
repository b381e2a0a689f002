"""Audit the matrix: ``python -m corpus.tools.audit``.

It draws verdicts of all parsers and replays each through the parser's ``audit.*``: a second,
minimal call that shares no code with the adapter and the SDK. What that call prints must be what
the adapter said. So a verdict is the parser's own, and never the adapter's doing.
"""
