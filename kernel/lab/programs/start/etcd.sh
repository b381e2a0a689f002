etcd --data-dir /tmp/etcd &
until bash -c ': >/dev/tcp/127.0.0.1/2379' 2>/dev/null; do
    sleep 1
done
sleep 2
touch /run/ready
wait
