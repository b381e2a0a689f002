module procmaps.example/bench

go 1.23.0

require github.com/prometheus/procfs v0.16.1

require golang.org/x/sys v0.32.0 // indirect
