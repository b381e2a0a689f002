"""The kernel sources: packages of Debian."""

from pathlib import Path

from attrs import frozen


@frozen
class Release:
    """One kernel release and the package with its source."""

    name: str
    package: str
    why: str

    @property
    def archive(self) -> Path:
        """The source archive that the package installs."""
        return Path("/usr/src") / f"{self.package}.tar.xz"


RELEASES = {
    release.name: release
    for release in (
        Release(
            "6.12",
            "linux-source-6.12",
            "the newest long-term release here: anon_shmem (6.2), PROCMAP_QUERY (6.11), mseal",
        ),
        Release(
            "6.1",
            "linux-source-6.1",
            "labels on private anonymous memory only: the release before anon_shmem",
        ),
    )
}
