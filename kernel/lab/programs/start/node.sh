cp /programs/files/heap.js /tmp/
echo 'require("fs").writeFileSync("/run/ready", ""); setInterval(() => {}, 1000);' >>/tmp/heap.js
exec node --use-largepages=on /tmp/heap.js
