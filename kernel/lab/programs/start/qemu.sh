export GLIBC_TUNABLES=glibc.mem.decorate_maps=1
qemu-system-x86_64 -accel tcg -m 64 -display none -nodefaults -S -qmp unix:/tmp/qmp,server=on,wait=off &
until [ -S /tmp/qmp ]; do
    sleep 1
done
sleep 2
touch /run/ready
wait
