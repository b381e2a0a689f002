// A heap of 64 MiB and four threads of the system.
package main

import (
	"fmt"
	"os"
	"runtime"
	"time"
)

func main() {
	var blocks [][]byte
	for i := 0; i < 64; i++ {
		blocks = append(blocks, make([]byte, 1<<20))
		blocks[i][0] = 1
	}
	for i := 0; i < 4; i++ {
		go func() {
			runtime.LockOSThread()
			time.Sleep(time.Hour)
		}()
	}
	time.Sleep(time.Second)
	runtime.GC()
	os.WriteFile("/run/ready", nil, 0o644)
	time.Sleep(time.Hour)
	fmt.Println(len(blocks))
}
