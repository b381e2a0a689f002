// Print the sums that prometheus/procfs returns for one dump.
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
	sums, err := process.ProcSMapsRollup()
	refuse(err)
	put("usage.Rss", sums.Rss)
	put("usage.Pss", sums.Pss)
	put("usage.Shared_Clean", sums.SharedClean)
	put("usage.Shared_Dirty", sums.SharedDirty)
	put("usage.Private_Clean", sums.PrivateClean)
	put("usage.Private_Dirty", sums.PrivateDirty)
	put("usage.Referenced", sums.Referenced)
	put("usage.Anonymous", sums.Anonymous)
	put("usage.Swap", sums.Swap)
	put("usage.SwapPss", sums.SwapPss)
	fmt.Println()
}
