"""Write docs/generated/review.md from the experiments' results and the captures.

The text is here. Each figure comes from ``kernel/experiments/results`` or, for the parsers, from
``corpus/peers/answer.json``, and each sample from ``corpus/captures``, so that the page changes
where a figure did and nowhere else. ``--check`` says whether the page is as it would be written.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kernel.experiments import measuring
from kernel.lab.scene import AREA

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "generated" / "review.md"
ANSWER = ROOT / "corpus" / "peers" / "answer.json"
CAPTURE = ROOT / "corpus" / "captures" / "6.12-x86_64-named"


def _sample(name: str, *more: bytes) -> str:
    """The lines of a capture's own area, and those that hold one of these words."""
    lines = (CAPTURE / name).read_bytes().split(b"\n")[:-1]
    chosen = [
        line
        for line in lines
        if int(line.partition(b"-")[0], 16) in AREA or any(word in line for word in more)
    ]
    return b"\n".join(line.rstrip(b" ") for line in chosen).decode()


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines: list[tuple[str, ...]] = [
        head,
        ("---", *("--:" for _ in head[1:])),
        *rows,
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _thousands(number: int) -> str:
    return f"{number:,}"


def rough(number: int) -> str:
    """Three digits: what repeats from run to run."""
    unit = 10 ** max(len(str(number)) - 3, 0)
    return _thousands(round(number / unit) * unit)


def _percent(ratio: float) -> str:
    return f"{(ratio - 1) * 100:+z.1f} %"


def _splits() -> str:
    return f"""## Does naming a range split a mapping?

Yes, where the range is only a part of one: at each end of the range that lies inside a mapping. A
mapping has one label, as it has one set of permissions, so naming splits exactly where mprotect
would. Taking the label off again makes one mapping of the pieces.

Before:

```
{_sample("label_splits.before.maps")}
```

After `prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, 0x20002000, 0x2000, "middle")`:

```
{_sample("label_splits.named.maps")}
```

Shown by `python -m kernel.lab check` (a booted kernel against the captures this page quotes); every
case of splitting is a picture in `kernel/model/space.py`, run by `make unit
PYTEST=tests/kernel/model`."""


def _useful() -> str:
    return f"""## Is that useful?

It is what makes memory countable by purpose. Each labelled piece is an entry of its own in smaps,
so its Rss, Pss and Swap are those of the purpose that the label names, and the sum over one label
is an answer that an allocator's statistics cannot give. `procmaps show --smaps PID` lists each
piece with its use, and `Snapshot.by_name()` finds those of one label.

```
{_sample("label_survives.maps")}
```

Labels survive fork, mprotect and mremap, and end with the mapping or with exec. They are hidden
where the kernel has a name already: a label on the heap or the stack is kept, and `[heap]` or
`[stack]` is printed:

```
{_sample("label_part_of_heap.maps", b"[heap]")}
```"""


def _merging(figures: dict[str, Any]) -> str:
    found = {(row["labels"], row["labelled"]): row["mappings"] for row in figures["counts"]}
    labelled = sorted({count for _, count in found})
    rows = [
        (_thousands(n), _thousands(found["equal", n]), _thousands(found["different", n]))
        for n in labelled
    ]
    limit = figures["limit"]
    then = "\n".join(f"| {name} | {code} |" for name, code in limit["then"].items())
    return f"""## Does a label block merging, and can that hurt?

Two neighbours merge only if their labels are equal, and equal means the same text, wherever it came
from. New memory has no label, so it does not join labelled memory beside it until it is named, too.
Of {_thousands(figures["regions"])} adjacent regions of one page, k of them labelled, evenly spread:

{_table(("k labelled", "mappings, equal labels", "mappings, different labels"), rows)}

It can hurt in one way: a program that gives page after page a label of its own runs into the
map-count limit (`vm.max_map_count`, {_thousands(limit["limit"])}). In numbers:

| From one large mapping, label after label on page after page | |
|---|--:|
| mappings to begin with | {limit["mappings_before"]} |
| labels that the kernel took | {_thousands(limit["labels_until_refused"])} |
| what it said to the next | {limit["refused_with"]} |

What works then, and what does not:

| Call at the limit | Result |
|---|---|
{then}

(The first mmap succeeds because its check is for more than the limit, not for as many.) A program
with few distinct labels, however often it uses them, has at most as many mappings as it has places
where the purpose of memory changes.

Measured on {figures["kernel"]} and computed by the model, which must agree:
`{figures["command"]}`."""


def _option(cost: dict[str, Any]) -> str:
    kernels = cost["kernels"]
    sizes: list[tuple[str, ...]] = []
    paths: list[tuple[str, ...]] = []
    for kernel in dict.fromkeys(name.rpartition("-")[0] for name in kernels):
        on, off = (kernels[f"{kernel}-{flavour}"] for flavour in ("named", "unnamed"))
        sizes.append(
            (
                kernel,
                f"{on['vmlinux']['code'] - off['vmlinux']['code']:+d}",
                f"{on['vmlinux']['data'] - off['vmlinux']['data']:+d}",
                f"{off['vm_area_struct']} → {on['vm_area_struct']}",
            )
        )
        paths += [
            (
                kernel if number == 0 else "",
                name,
                rough(off["paths"][name]),
                rough(count),
                _percent(count / off["paths"][name]),
            )
            for number, (name, count) in enumerate(on["paths"].items())
        ]
    return f"""## Was a configuration option considered, and what if it is off?

There is one, `CONFIG_ANON_VMA_NAME`. Off, the whole of `prctl_set_vma()` is one `return -EINVAL`:
every call fails, also one that would only clear a label. A program cannot tell that from a bad
argument by the errno alone, so `procmaps.set_anon_name()` asks once with arguments that cannot be
wrong, and raises `NamingUnsupported`.

What the option adds to a kernel, in bytes (compiled for size), and to every mapping:

{_table(("kernel", "code", "data", "`sizeof(struct vm_area_struct)`"), sizes)}

In 6.1 the label's pointer shares a union with fields that only file mappings use; since shared
memory takes labels, too (6.2), it has a place of its own.

What programs pay that use no label, in instructions of the kernel; of what is short, the least of
many windows:

{_table(("kernel", "path", "off", "on", "difference"), paths)}

Where a mapping is changed, merged or copied, its label's pointer is looked at and found empty. What
is below zero cannot come of labels: it is the same code, laid out otherwise by the compiler, and
tells how much the smallest of the other differences mean.

`{cost["command"]}`"""


def _fork(fork: dict[str, Any]) -> str:
    rows: list[tuple[str, ...]] = []
    memory: list[tuple[str, ...]] = []
    for name, kernel in fork["kernels"].items():
        if "labelled" not in kernel:
            continue
        copies = "copied" if name.endswith("strdup") else "shared"
        rows.append(
            (
                name,
                copies,
                f"{kernel['unlabelled']['fork'][-1] / 1e6:.1f}",
                f"{kernel['labelled']['fork'][-1] / 1e6:.1f}",
                _percent(kernel["fork_ratio"]),
                _percent(kernel["fork_exit_wait_ratio"]),
            )
        )
        each, plain = (
            kernel[which]["slab_bytes_per_mapping_of_the_child"]
            for which in ("labelled", "unlabelled")
        )
        label = kernel["labelled"]["slab_bytes_per_label"]
        memory.append((name, copies, f"{label:.0f}", f"{max(each - plain, 0):.0f}"))
    head = ("kernel", "labels are", "without, M", "with, M", "fork", "fork, exit, wait")
    return f"""## What does fork pay?

The worst case: {_thousands(fork["mappings"])} mappings, never touched, each with a label of its own
as long as labels get, {fork["label_bytes"]} bytes. Linux shares labels: fork takes one more
reference. The first versions of the patch copied each; its author then measured almost 40 % on an
arm64 device, and counted references instead. A kernel of the laboratory has the copy back, to
compare. Millions of instructions for one fork, without labels and with:

{_table(head, rows)}

Bytes of kernel memory for each label of that length, and how much more each labelled mapping of a
forked child takes:

{_table(("kernel", "labels are", "a label", "its fork"), memory)}

The emulator counts instructions, so the figures repeat to a few parts in ten thousand on any
machine; they are not times, for no cache is in them. Nor do the machines compare with one another:
to copy a label, `anon_vma_name_alloc()` on x86_64, compiled for size, measures it byte by byte (the
`strlen()` of lib/string.c) and copies it by `rep movsb`, each step of which QEMU counts; arm64 has
a `strlen()` in assembler that takes words. `{fork["command"]}`"""


def _parsers() -> str:
    return f"""## What is the sample output?

Private memory, shared memory (since 6.2), the empty label:

```
{_sample("label_shared.maps")}
```

```
{_sample("label_merges.maps")}
```

## Are parsers put at risk?

The name column could always hold any byte but NUL. A label holds less: printable ASCII without
`\\`, `` ` ``, `$`, `[` and `]`, so it can neither end a line nor its own bracket, but it can hold
spaces and look like a path.

{_parsers_broken()}"""


def _parsers_broken() -> str:
    """The answer of ``make matrix``, in its figures."""
    found: dict[str, Any] = json.loads(ANSWER.read_bytes())
    lines = "\n".join(
        f"* **{row['title']}**: {len(row['broken'])} of {row['asked']} fail at some"
        f"{': ' if row['broken'] else ''}{', '.join(row['broken'])}."
        for row in found["classes"]
    )
    parsers, languages = found["parsers"], found["languages"]
    return f"""Every sort of label was given to {parsers} existing parsers in {languages} languages,
unmodified. Of those that have to do with it:

{lines}

[The compatibility matrix](matrix.md) has every other kind of name, and each failure with the
smallest dump that shows it. `make matrix`"""


def _soak(soak: dict[str, Any]) -> str:
    rows = [
        (name, _thousands(row["calls"]), _thousands(row["trials"]), str(row["differences"]))
        for name, row in soak["kernels"].items()
    ]
    return f"""## How sure is that?

The rules above are also a program, [the model](model.md). Drawn lists of system calls ran on it and
on booted kernels, and every result and every byte of maps was compared:

{_table(("kernel", "calls", "lists", "differences"), rows)}

`{soak["command"]}`"""


_OPENING = """# The review answered

What reviewers asked of the patch that gives anonymous memory names, each question answered by
something that runs. Made by `make review`; the figures are those in `kernel/experiments/results/`
and `corpus/peers/answer.json`, the samples those in `corpus/captures/6.12-x86_64-named/`."""


def page() -> str:
    """The whole page. ``FileNotFoundError`` names an experiment that was never run."""
    parts = (
        _OPENING,
        _splits(),
        _useful(),
        _merging(measuring.kept("merging")),
        _option(measuring.kept("cost")),
        _fork(measuring.kept("fork")),
        _parsers(),
        _soak(measuring.kept("soak")),
    )
    return "\n\n".join(parts) + "\n"


def main() -> int:
    """0 written or as it should be, 1 (with ``--check``) out of date."""
    parser = argparse.ArgumentParser(prog="python -m kernel.review", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing")
    check: bool = parser.parse_args().check
    text = page()
    if PAGE.exists() and PAGE.read_text() == text:
        print(f"{PAGE.name} is up to date")
        return 0
    if check:
        print(f"{PAGE.name} is out of date: run `make review`", file=sys.stderr)
        return 1
    PAGE.write_text(text)
    print(f"{PAGE.name} was written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
