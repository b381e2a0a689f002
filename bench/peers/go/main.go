// A worker of the bench: prometheus/procfs reads a procfs root with one process, PID 1.
package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"syscall"

	"github.com/prometheus/procfs"
)

// Minimum seconds of a turn, as in bench/worker.py.
const minSeconds = 0.05

func processorTime() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	seconds := usage.Utime.Sec + usage.Stime.Sec
	return float64(seconds) + float64(usage.Utime.Usec+usage.Stime.Usec)/1e6
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		fs, err := procfs.NewFS(lines.Text())
		if err != nil {
			panic(err)
		}
		process, err := fs.Proc(1)
		if err != nil {
			panic(err)
		}
		runtime.GC()
		before := processorTime()
		runs, seconds, found := 0, 0.0, 0
		for seconds < minSeconds {
			maps, err := process.ProcMaps()
			if err != nil {
				panic(err)
			}
			runs, found = runs+1, len(maps)
			seconds = processorTime() - before
		}
		fmt.Printf("{\"seconds\": %g, \"found\": %d}\n", seconds/float64(runs), found)
	}
}
