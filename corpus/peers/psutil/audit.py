"""Print what psutil returns for one dump."""

import os
import shutil
import sys

import psutil

dump, root, pid = sys.argv[1:4]
shutil.copy("/proc/stat", root + "/stat")
for name in ("stat", "status"):
    shutil.copy("/proc/self/" + name, f"{root}/{pid}/{name}")
os.rename(f"{root}/{pid}", f"{root}/{os.getpid()}")
psutil.PROCFS_PATH = root
for region in psutil.Process().memory_maps(grouped=False):
    start, _, end = region.addr.partition("-")
    texts = {"start": start, "end": end, "perms": region.perms, "path": region.path}
    for field in ("rss", "size", "pss", "referenced", "anonymous", "swap"):
        texts["usage." + field.capitalize()] = str(getattr(region, field))
    for field in ("shared_clean", "shared_dirty", "private_clean", "private_dirty"):
        texts["usage." + field.title()] = str(getattr(region, field))
    print(*(f"{key}={os.fsencode(text).hex()}" for key, text in texts.items()))
