export LD_PRELOAD=/usr/lib/x86_64-linux-gnu/libmimalloc.so.3
exec /opt/threads
