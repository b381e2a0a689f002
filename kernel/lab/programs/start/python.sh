exec python3.15 -X dev /programs/files/heap.py
