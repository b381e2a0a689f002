"""Draw verdicts to audit: of every parser, failures as well as passes."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

from corpus.tools.matrix import expected
from corpus.tools.matrix.read_peers import Peer
from corpus.tools.matrix.views import case_for
from procmaps.check.cases import Case


def draw(
    peers: Sequence[Peer], every: Sequence[Case], *, verdicts: int, seed: int
) -> dict[str, list[Case]]:
    """Return the cases to replay for each peer, by its name: *verdicts* or more in all.

    Half of a peer's cases are known failures, as far as there are so many. The same *seed* draws
    the same cases.
    """
    applying = {peer.name: [c for c in every if _applies(peer, c)] for peer in peers}
    sizes = _shares([len(applying[peer.name]) for peer in peers], verdicts)
    drawn: dict[str, list[Case]] = {}
    for peer, size in zip(peers, sizes, strict=True):
        rng = random.Random(f"{seed} {peer.name}")  # noqa: S311 - no secret
        failing = expected.load(peer).fails.keys()
        failures = [case for case in applying[peer.name] if case.id in failing]
        chosen = rng.sample(failures, min(len(failures), (size + 1) // 2))
        rest = [case for case in applying[peer.name] if case not in chosen]
        passes = [case for case in rest if case.id not in failing]
        more = rng.sample(passes, min(len(passes), size - len(chosen)))
        left = [case for case in rest if case not in more]
        chosen += more + rng.sample(left, min(len(left), size - len(chosen) - len(more)))
        drawn[peer.name] = chosen
    return drawn


def _applies(peer: Peer, case: Case) -> bool:
    return case.kind in peer.reads and case_for(peer, case) is not None


def _shares(available: Iterable[int], wanted: int) -> list[int]:
    """Return how many to draw of each: equal shares, and more where others have too few."""
    limits = list(available)
    shares = [0] * len(limits)
    while sum(shares) < wanted and shares != limits:
        shares = [min(share + 1, limit) for share, limit in zip(shares, limits, strict=True)]
    return shares
