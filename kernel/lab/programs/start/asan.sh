export ASAN_OPTIONS=decorate_proc_maps=1:detect_stack_use_after_return=0
exec /opt/threads-asan
