"""Profiles: the dumps that matter to one kind of user."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import attrs

from corpus.tools.builder.model import Case

ABOUT: dict[str, str] = {
    "linux": "What Linux kernels in use print, 3.10 and later, and Android's.",
    "labels": "Labels of memory on these kernels: [anon:…] and [anon_shmem:…].",
    "other-systems": "What other systems and older kernels print.",
    "damaged": "Damaged dumps, and forms that no known system prints.",
}
"""Each dump is in exactly one of linux, other-systems and damaged."""

_BELONGS: dict[str, Callable[[Case], bool]] = {
    "linux": lambda case: case.likely == "kernels",
    "labels": lambda case: case.likely == "kernels" and case.feature.startswith("label"),
    "other-systems": lambda case: case.likely == "other-systems",
    "damaged": lambda case: case.likely == "hypothetical",
}


@attrs.frozen
class Profile:
    """A list of dumps."""

    about: str
    dumps: list[str]
    """Group, name and kind of each, sorted."""


def make_profiles(cases: Iterable[Case]) -> dict[str, Profile]:
    """Return all profiles by name."""
    every = list(cases)
    return {
        name: Profile(
            about,
            sorted(
                f"{case.id}.{kind}" for case in every if _BELONGS[name](case) for kind in case.texts
            ),
        )
        for name, about in ABOUT.items()
    }
