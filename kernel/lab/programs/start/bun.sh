cp /programs/files/heap.js /tmp/
echo 'require("fs").writeFileSync("/run/ready", ""); setInterval(() => {}, 1000);' >>/tmp/heap.js
exec /opt/bun run /tmp/heap.js
