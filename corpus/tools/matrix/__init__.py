"""Run existing parsers over ``corpus/cases``: ``python -m corpus.tools.matrix``.

Each folder of ``corpus/peers`` is a parser. ``peer.toml`` describes its source and what it reads,
``adapter.*`` speaks the protocol of ``docs/protocol.md`` for it, and ``expected.json`` records its
known failures. This package installs and runs the parsers, reports changed verdicts, and writes
``docs/generated/matrix.html`` and ``docs/generated/matrix.md``. It is not part of the wheel.
"""
