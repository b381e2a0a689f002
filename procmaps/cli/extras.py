"""How to install what an optional part of the program needs."""

from __future__ import annotations

import importlib.metadata
import re


def install_command(extra: str) -> str:
    """Return the command that installs the libraries of *extra*, such as ``cli``.

    It names the libraries and not this project, which need not be in any index.
    """
    requirements = importlib.metadata.requires("procmaps-spec") or []
    needed = [
        re.sub(r"\s*(?:;|and) extra == .*", "", requirement)
        for requirement in requirements
        if re.search(rf"extra == ['\"]{extra}['\"]", requirement)
    ]
    return " ".join(["pip install", *(f"'{requirement}'" for requirement in needed)])
