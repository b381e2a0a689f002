export LD_PRELOAD=/usr/lib/llvm-21/lib/clang/21/lib/linux/libclang_rt.scudo_standalone-x86_64.so
exec /opt/threads
