// Print the memory map that delve returns for one process.
package main

import (
	"fmt"
	"os"
	"reflect"
	"strconv"
	"unsafe"

	"github.com/go-delve/delve/pkg/proc"
	"github.com/go-delve/delve/pkg/proc/native"
)

func put(member string, value any) {
	fmt.Printf("%s=%x ", member, fmt.Sprint(value))
}

func refuse(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
}

func main() {
	pid, _ := strconv.Atoi(os.Args[3])
	group, err := native.Attach(pid, nil, nil)
	if err != nil {
		panic(err)
	}
	member := reflect.ValueOf(group.Selected).Elem().FieldByName("proc")
	process := *(*proc.ProcessInternal)(unsafe.Pointer(member.UnsafeAddr()))
	regions, err := process.MemoryMap()
	refuse(err)
	for _, region := range regions {
		put("start", fmt.Sprintf("%x", region.Addr))
		put("size", region.Size)
		put("read", region.Read)
		put("write", region.Write)
		put("execute", region.Exec)
		put("offset", fmt.Sprintf("%x", region.Offset))
		put("name", region.Filename)
		fmt.Println()
	}
}
