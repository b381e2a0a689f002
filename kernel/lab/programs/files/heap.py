"""Arenas of the allocator, and three threads."""

import pathlib
import threading
import time

blocks = [[str(number) * 3 for number in range(1000)] for _ in range(50)]
for _ in range(3):
    threading.Thread(target=time.sleep, args=(3600,), daemon=True).start()
pathlib.Path("/run/ready").touch()
time.sleep(3600)
