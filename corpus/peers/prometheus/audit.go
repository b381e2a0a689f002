// Print what prometheus/procfs returns for the maps of one dump.
package main

import (
	"fmt"
	"os"
	"strconv"

	"github.com/prometheus/procfs"
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
	root, _ := procfs.NewFS(os.Args[2])
	process, _ := root.Proc(pid)
	maps, err := process.ProcMaps()
	refuse(err)
	for _, m := range maps {
		put("start", strconv.FormatUint(uint64(m.StartAddr), 16))
		put("end", strconv.FormatUint(uint64(m.EndAddr), 16))
		put("read", m.Perms.Read)
		put("write", m.Perms.Write)
		put("execute", m.Perms.Execute)
		put("shared", m.Perms.Shared)
		put("private", m.Perms.Private)
		put("offset", strconv.FormatUint(uint64(m.Offset), 16))
		// As in <sys/sysmacros.h>.
		put("major", m.Dev>>8&0xfff|m.Dev>>32&0xfffff000)
		put("minor", m.Dev&0xff|m.Dev>>12&0xffffff00)
		put("inode", m.Inode)
		put("name", m.Pathname)
		fmt.Println()
	}
}
