"""Differences between two captures, and the fields that may vary."""

import json

from kernel.lab import user_mode_linux
from kernel.lab.capture import VARYING, Capture, compare

MEMFD = b"20000000-20001000 rw-s 00000000 00:01 %d                                 /memfd:x\n"
FILE = b"20000000-20001000 rw-s 00000000 00:0e %d                                  /t/x\n"
LABEL = b"20000000-20001000 rw-s 00000000 00:01 %d           [anon_shmem:a] /t/x\n"
NUMA = b"20000000 default file=/t/x dirty=1 active=%d N0=1 kernelpagesize_kB=4\n"


def differences(old: bytes, new: bytes, name: str = "x.maps") -> list[str]:
    return compare(Capture({name: old}), Capture({name: new}))


def test_ignores_varying_fields() -> None:
    assert differences(MEMFD % 17, MEMFD % 4) == []
    assert differences(LABEL % 17, LABEL % 4) == []
    assert differences(NUMA % 1, NUMA % 12, "x.numa_maps") == []
    assert differences(NUMA % 1, NUMA.replace(b" active=%d", b""), "x.numa_maps") == []
    assert {varying.field for varying in VARYING} == {"inode", "active="}


def test_only_user_mode_linux_may_differ_in_referenced_pages() -> None:
    old, new = (Capture({"x.smaps": b"Referenced:%12d kB\n" % number}) for number in (96, 100))
    assert user_mode_linux.compare(old, new) == []
    assert len(compare(old, new)) == 1


def test_reports_other_differences() -> None:
    assert differences(FILE % 2, FILE % 3) == [
        f"x.maps: line 1 was {FILE[:-1] % 2!r} and is {FILE[:-1] % 3!r}"
    ]
    assert differences(MEMFD % 1, MEMFD % 1 + b"\n") == [
        "x.maps: line 3 was b'(nothing)' and is b''"
    ]
    changed = MEMFD.replace(b"rw-s", b"rw-p") % 1
    assert len(differences(MEMFD % 1, changed)) == 1


def test_reports_missing_and_additional_files() -> None:
    assert compare(Capture({"a": b""}), Capture({"b": b""})) == [
        "a: missing in the new capture",
        "b: missing in the corpus",
    ]


def test_compares_inodes_of_new_file_systems_only() -> None:
    def truth(kind: str, inode: int) -> bytes:
        row = {"kind": kind, "inode": inode, "snapshot": ""}
        return json.dumps({"shows": ".", "regions": [row]}).encode()

    assert differences(truth("memfd", 5), truth("memfd", 6), "x.truth.json") == []
    assert len(differences(truth("file", 5), truth("file", 6), "x.truth.json")) == 1


def test_ignores_the_length_of_numa_maps() -> None:
    def truth(length: int, what: str) -> bytes:
        read = {"args": [{"text": f"/proc/self/{what}"}, 0], "op": "read_file", "result": length}
        held = {"file": f"x.{what}", "pieces": [length]}
        return json.dumps({"operations": [read], "snapshots": {"": {what: held}}}).encode()

    assert differences(truth(411, "numa_maps"), truth(402, "numa_maps"), "x.truth.json") == []
    assert len(differences(truth(411, "maps"), truth(402, "maps"), "x.truth.json")) == 1


def test_ignores_versions_in_the_provenance() -> None:
    facts: dict[str, object] = {
        "kernel": "k",
        "page_size": 4096,
        "stack": 1,
        "bits": 64,
        "big_endian": False,
        "command_line": "quiet",
        "scenarios": ["plain"],
    }
    old = json.dumps({**facts, "package_version": "1"}).encode()
    newer = json.dumps({**facts, "package_version": "2"}).encode()
    other = json.dumps({**facts, "package_version": "1", "page_size": 65536}).encode()
    assert differences(old, newer, "provenance.json") == []
    assert differences(old, other, "provenance.json") == [
        "provenance.json: line 3 was b' \"page_size\": 4096,' and is b' \"page_size\": 65536,'"
    ]
