cd /tmp
stress-ng --fault 1 --memrate 1 --memrate-bytes 8m --stream 1 --vm 1 --vm-bytes 8m --pipe 1 -t 600 &
sleep 20
touch /run/ready
wait
