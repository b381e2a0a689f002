GODEBUG=decoratemappings=1 HOME=/tmp/caddy caddy file-server --listen 127.0.0.1:8081 --root /programs &
until bash -c ': >/dev/tcp/127.0.0.1/8081' 2>/dev/null; do
    sleep 1
done
sleep 2
touch /run/ready
wait
