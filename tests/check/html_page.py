"""Reads an HTML page: its elements, their attributes, and its text."""

from __future__ import annotations

import html.parser
from typing import Self


class Page(html.parser.HTMLParser):
    """The elements of a page in order, and all text outside scripts and styles."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        """Each element with the names of its attributes."""
        self.addresses: list[str] = []
        self.text = ""
        self._raw = False

    @classmethod
    def of(cls, text: str) -> Self:
        """Return the page in *text*."""
        page = cls()
        page.feed(text)
        page.close()
        return page

    @property
    def tags(self) -> list[str]:
        """Return the names of all elements."""
        return [tag for tag, _ in self.elements]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: D102
        self.elements.append((tag, tuple(name for name, _ in attrs)))
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]
        self._raw = tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:  # noqa: D102
        if tag in ("script", "style"):
            self._raw = False

    def handle_comment(self, data: str) -> None:  # noqa: D102
        self.elements.append(("comment", (data,)))

    def handle_data(self, data: str) -> None:  # noqa: D102
        if not self._raw:
            self.text += data
