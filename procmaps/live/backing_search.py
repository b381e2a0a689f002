"""The search for the file of a mapping: every way, each with its proof or its refusal."""

from __future__ import annotations

import os
from collections.abc import Sequence
from io import BufferedReader, FileIO

import attrs

from procmaps.errors import BackingRefused, LiveError, NoBacking
from procmaps.live.backing import Backing
from procmaps.live.backing_routes import Route, open_route, routes
from procmaps.live.build_id import build_id_of, build_id_of_file
from procmaps.live.failures import EXHAUSTED, failed_error
from procmaps.live.file_identity import identify
from procmaps.live.loaded_image import make_image, read_at_offsets
from procmaps.live.memory_file import MemoryFile
from procmaps.live.proc_file_path import ROOT, ProcFile
from procmaps.live.regular_file import NotRegularError
from procmaps.printable import escape_bytes
from procmaps.records.mapping import Mapping


@attrs.define
class BackingSearch:
    """One search for the file of a mapping."""

    file: ProcFile
    mapping: Mapping
    parts: Sequence[Mapping]
    """Every mapping of the file, as `loaded_image.parts_of` returns them."""
    refusals: list[str] = attrs.field(factory=list[str])

    def find(self, *, memory: bool) -> Backing:
        """Return the file. Raises `NoBacking`, `BackingRefused`, `ReadFailed`, `ProcessGone`."""
        if not self.mapping.has_file:
            kind = self.mapping.name.kind
            raise NoBacking(self.file.who, self.file.path, self.mapping.start, f"it is {kind}")
        in_memory = self._build_id_in_memory()
        for route in routes(self.mapping, self.file):
            if found := self._by_route(route, in_memory):
                return found
        if memory and (image := self._image(in_memory)):
            return image
        raise BackingRefused(
            self.file.who, self.file.path, self.mapping.start, tuple(self.refusals)
        )

    def _by_route(self, route: Route, in_memory: bytes | None) -> Backing | None:
        """Return the file at the end of *route* if it is the mapped one; else note the reason."""
        try:
            descriptor = open_route(route)
        except NotRegularError as sort:
            if route.how == "map_files":
                start, path = self.mapping.start, self.file.path
                raise NoBacking(self.file.who, path, start, f"it is {sort}") from sort
            self._refuse(route, f"it is {sort}")
            return None
        except OSError as error:
            self._failed(route, error)
            return None
        handle = FileIO(descriptor, "rb")
        try:
            evidence, build_id = self._examine(route, descriptor, in_memory)
        except OSError as error:
            handle.close()
            self._failed(route, error)
            return None
        except BaseException:
            handle.close()
            raise
        if evidence is None:
            handle.close()
            return None
        return Backing(
            BufferedReader(handle),
            *(route.how, route.path, evidence, self.mapping, build_id, tuple(self.refusals)),
        )

    def _examine(
        self, route: Route, descriptor: int, in_memory: bytes | None
    ) -> tuple[str | None, bytes | None]:
        """Return the evidence that the file is the mapped one, if it is, and its build ID."""
        identity = identify(descriptor, self.mapping)
        if not identity.same:
            self._refuse(route, identity.reason)
            return None, None
        build_id, unread = self._build_id_of(descriptor)
        if None not in (build_id, in_memory) and build_id != in_memory:
            self._refuse(
                route,
                f"its build ID is {_hex(build_id)}, that in the memory of the process is "
                f"{_hex(in_memory)}",
            )
            return None, None
        also = "; so is the build ID in memory" if build_id and in_memory else unread
        return identity.reason + also, build_id

    def _build_id_of(self, descriptor: int) -> tuple[bytes | None, str]:
        """Return the build ID of a file; if it cannot be read, None and the reason as a clause."""
        try:
            return build_id_of_file(descriptor, sections=True), ""
        except OSError as error:
            if error.errno in EXHAUSTED:
                raise
            # The registers of a device in sysfs, for instance: a regular file that can be mapped.
            return None, f"; its content cannot be read ({error.strerror})"

    def _failed(self, route: Route, error: OSError) -> None:
        """Note a system's error. Raises `ReadFailed` for one that says nothing of the file."""
        if error.errno in EXHAUSTED:
            raise failed_error(self.file, error) from error
        right = f"; that takes {route.right}" if isinstance(error, PermissionError) else ""
        self._refuse(route, f"{error.strerror or error}{right if route.right else ''}")

    def _refuse(self, route: Route, reason: str) -> None:
        self.refusals.append(f"{escape_bytes(route.path)}: {reason}")

    def _build_id_in_memory(self) -> bytes | None:
        """Return the build ID of the file in memory; None if it is not there or not readable."""
        try:
            with MemoryFile(self.file) as memory:
                return build_id_of(read_at_offsets(memory, self.parts))
        except PermissionError:
            return None

    def _image(self, build_id: bytes | None) -> Backing | None:
        """Return the file as it is in memory, or note the reason why it cannot be had."""
        path = f"{self.file.process_folder}/mem"
        try:
            with MemoryFile(self.file) as memory:
                image = make_image(memory, self.parts)
        except PermissionError as error:
            self.refusals.append(str(error))
            return None
        except LiveError:
            raise
        except OSError as error:
            self.refusals.append(f"{path}: {error.strerror or error}")
            return None
        if image.missing == image.mapped:
            os.close(image.descriptor)
            self.refusals.append(f"{path}: none of the {image.mapped} mapped bytes can be read")
            return None
        missing = f", of which {image.missing} cannot be read" if image.missing else ""
        return Backing(
            BufferedReader(FileIO(image.descriptor, "rb")),
            "memory",
            os.fsencode(f"{ROOT}/{os.getpid()}/fd/{image.descriptor}"),
            f"put together from {image.mapped} mapped bytes{missing}, with what was written there",
            self.mapping,
            build_id,
            tuple(self.refusals),
        )


def _hex(build_id: bytes | None) -> str:
    return (build_id or b"").hex()
