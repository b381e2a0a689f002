export GLIBC_TUNABLES=glibc.mem.decorate_maps=1
exec /opt/threads
