export GLIBC_TUNABLES=glibc.mem.decorate_maps=1
valkey-server --port 7777 --dir /tmp &
until valkey-cli -p 7777 ping; do
    sleep 1
done
touch /run/ready
wait
