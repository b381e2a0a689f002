export TSAN_OPTIONS=decorate_proc_maps=1
exec /opt/threads-tsan
