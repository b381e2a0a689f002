"""Print what smem's pidmaps() returns for one dump. smem is a script, run up to its last step."""

import sys

root, pid = sys.argv[2:4]
sys.argv = ["smem"]
with open("/usr/bin/smem") as script:
    source = script.read()
smem = {"__name__": "smem"}
exec(source[: source.rindex("\ntry:")], smem)
# It reads below `proc` of its source.
procdata = smem["procdata"]
procdata.mapdata = lambda _self, process: open(f"{root}/{process}/smaps").readlines()
for start, m in smem["pidmaps"](int(pid)).items():
    values = {
        "start": f"{start:x}", "end": f"{m['end']:x}", "perms": m["mode"],
        "offset": f"{m['offset']:x}", "device": m["device"], "inode": m["inode"], "name": m["name"],
    }  # fmt: skip
    for field in ("size", "rss", "pss", "referenced", "swap"):
        if field in m:
            values["usage." + field.capitalize()] = m[field]
    for field in ("shared_clean", "shared_dirty", "private_clean", "private_dirty"):
        if field in m:
            first, last = field.split("_")
            values[f"usage.{first.capitalize()}_{last.capitalize()}"] = m[field]
    print(*(f"{key}={str(value).encode().hex()}" for key, value in values.items()))
