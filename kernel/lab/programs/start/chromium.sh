mkdir -p /tmp/chromium
HOME=/tmp/chromium chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage \
    --user-data-dir=/tmp/chromium --remote-debugging-port=9222 file:///programs/files/page.html &
until grep -qs type=renderer /proc/[0-9]*/cmdline; do
    sleep 1
done
sleep 30
touch /run/ready
wait
