// Print what gopsutil returns for one dump.
package main

import (
	"context"
	"fmt"
	"os"
	"strconv"

	"github.com/shirou/gopsutil/v4/common"
	"github.com/shirou/gopsutil/v4/process"
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
	root := common.EnvMap{common.HostProcEnvKey: os.Args[2]}
	context := context.WithValue(context.Background(), common.EnvKey, root)
	maps, err := (&process.Process{Pid: int32(pid)}).MemoryMapsWithContext(context, false)
	refuse(err)
	for _, m := range *maps {
		put("name", m.Path)
		put("usage.Size", m.Size)
		put("usage.Rss", m.Rss)
		put("usage.Pss", m.Pss)
		put("usage.Shared_Clean", m.SharedClean)
		put("usage.Shared_Dirty", m.SharedDirty)
		put("usage.Private_Clean", m.PrivateClean)
		put("usage.Private_Dirty", m.PrivateDirty)
		put("usage.Referenced", m.Referenced)
		put("usage.Anonymous", m.Anonymous)
		put("usage.Swap", m.Swap)
		fmt.Println()
	}
}
