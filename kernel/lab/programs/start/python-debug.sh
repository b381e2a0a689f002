exec python3.15d -X perf /programs/files/heap.py
