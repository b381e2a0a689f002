cp /programs/files/heap.js /tmp/
echo 'Deno.writeTextFileSync("/run/ready", ""); setInterval(() => {}, 1000);' >>/tmp/heap.js
exec /opt/deno run -A /tmp/heap.js
