export PYTHON_JIT=1
exec python3.15 -X dev /programs/files/heap.py
