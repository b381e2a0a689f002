/opt/workerd serve /programs/files/worker.capnp &
until bash -c 'printf "GET / HTTP/1.0\r\n\r\n" >/dev/tcp/127.0.0.1/8080' 2>/dev/null; do
    sleep 1
done
sleep 5
touch /run/ready
wait
