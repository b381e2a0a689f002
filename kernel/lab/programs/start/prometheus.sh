echo 'global:' >/tmp/prometheus.yml
GODEBUG=decoratemappings=1 prometheus --config.file=/tmp/prometheus.yml --storage.tsdb.path=/tmp/tsdb &
until bash -c ': >/dev/tcp/127.0.0.1/9090' 2>/dev/null; do
    sleep 1
done
sleep 2
touch /run/ready
wait
