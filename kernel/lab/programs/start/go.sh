exec /opt/go-heap
