mkdir -p /tmp/firefox/profile
HOME=/tmp/firefox firefox --headless --no-remote --profile /tmp/firefox/profile \
    file:///programs/files/page.html &
sleep 90
touch /run/ready
wait
