// Print the mappings that OpenTelemetry's eBPF profiler finds in one process.
package main

import (
	"debug/elf"
	"fmt"
	"os"
	"strconv"

	"go.opentelemetry.io/ebpf-profiler/libpf"
	"go.opentelemetry.io/ebpf-profiler/process"
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
	maps, _, err := process.New(libpf.PID(pid), libpf.PID(pid)).GetMappings()
	if err != process.ErrNoMappings {
		refuse(err)
	}
	for _, m := range maps {
		if m.IsVDSO() {
			continue
		}
		put("start", fmt.Sprintf("%x", m.Vaddr))
		put("size", m.Length)
		put("offset", fmt.Sprintf("%x", m.FileOffset))
		put("inode", m.Inode)
		put("read", m.Flags&elf.PF_R == elf.PF_R)
		put("write", m.Flags&elf.PF_W == elf.PF_W)
		put("execute", m.Flags&elf.PF_X == elf.PF_X)
		put("path", m.Path.String())
		fmt.Println()
	}
}
