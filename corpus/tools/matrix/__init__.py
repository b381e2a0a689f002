"""The program that holds existing parsers to ``corpus/cases``: ``python -m corpus.tools.matrix``.

Each folder of ``corpus/peers`` is a parser: ``peer.toml`` says where it comes from and what it
reads, ``adapter.*`` makes it speak the protocol of ``docs/protocol.md``, ``expected.json`` holds
what it fails at. This package installs them, runs them, tells what moved, and draws
``docs/generated/matrix.html`` and ``docs/generated/matrix.md``. It is never installed.
"""
