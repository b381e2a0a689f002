"""Dumps that several tests read."""

SAMPLE = b"""\
00400000-00452000 r-xp 00000000 08:02 173521                             /usr/bin/dbus-daemon
00e03000-00e24000 rw-p 00000000 00:00 0                                  [heap]
7f0000000000-7f0000100000 rwxp 00000000 00:00 0                          [anon:code]
7f0000100000-7f0000200000 rw-p 00000000 00:00 0\x20
"""
"""A small dump with nothing wrong in it."""


def _entry(header: str, rss: int, pss: int, private: int, shared: int = 0, swap: int = 0) -> bytes:
    """Return an entry of smaps; figures are kB. Private memory is dirty, shared memory clean."""
    figures = {
        "Rss": rss,
        "Pss": pss,
        "Shared_Clean": shared,
        "Shared_Dirty": 0,
        "Private_Clean": 0,
        "Private_Dirty": private,
        "Swap": swap,
        "SwapPss": swap,
    }
    lines = (f"{key + ':':16}{value:8} kB" for key, value in figures.items())
    return "\n".join((header, *lines, "")).encode()


_ANON = "rw-p 00000000 00:00 0                          "
_CODE = "r-xp 00000000 08:02 77                         "
_PROGRAM = _entry(f"55d0c0000000-55d0c0200000 {_CODE}/usr/bin/server", 1200, 400, 0, 1200)
_LIBRARY = _entry(f"7f1300000000-7f1300200000 {_CODE}/usr/lib/libc.so.6", 1500, 75, 0, 1500)

SMAPS_BEFORE = b"".join(
    (
        _PROGRAM,
        _entry(f"55d0c1000000-55d0c1400000 {_ANON}[heap]", 3072, 3072, 3072),
        _entry(f"7f1000000000-7f1000400000 {_ANON}[anon: glibc: malloc arena]", 2048, 2048, 2048),
        _entry(f"7f1100000000-7f1100800000 {_ANON}[anon: glibc: pthread stack: 71]", 64, 64, 64),
        _entry(f"7f1100900000-7f1101100000 {_ANON}[anon: glibc: pthread stack: 72]", 64, 64, 64),
        _entry(f"7f1200000000-7f1200400000 {_ANON}[anon:session cache:0]", 1024, 1024, 1024),
        _entry(
            f"7f1200400000-7f1200800000 {_ANON}[anon:session cache:1]", 1024, 1024, 1024, swap=512
        ),
        _LIBRARY,
    )
)
"""smaps of a server, with labels of glibc and of its own."""

SMAPS_AFTER = b"".join(
    (
        _PROGRAM,
        _entry(f"55d0c1000000-55d0c1400000 {_ANON}[heap]", 3072, 3072, 3072),
        _entry(f"7f1000000000-7f1000400000 {_ANON}[anon: glibc: malloc arena]", 1024, 1024, 1024),
        _entry(f"7f1100000000-7f1100800000 {_ANON}[anon: glibc: pthread stack: 71]", 64, 64, 64),
        _entry(f"7f1200000000-7f1200400000 {_ANON}[anon:session cache:0]", 4096, 4096, 4096),
        _entry(f"7f1200400000-7f1200800000 {_ANON}[anon:session cache:1]", 1536, 1536, 1536),
        _entry(f"7f1200800000-7f1200c00000 {_ANON}[anon:session cache:2]", 4096, 4096, 4096),
        _LIBRARY,
    )
)
"""The same server an hour later."""
