// prometheus/procfs: Proc.ProcSMapsRollup(), which reads smaps_rollup. If there is none, it sums
// smaps. It returns one record for the whole process.
package main

import (
	"peers/protocol"

	"github.com/prometheus/procfs"
)

func prepare(request protocol.Request) (procfs.Proc, error) {
	fs, err := procfs.NewFS(request.Root)
	if err != nil {
		return procfs.Proc{}, err
	}
	return fs.Proc(request.Pid)
}

func convert(sums procfs.ProcSMapsRollup) []protocol.Record {
	return []protocol.Record{{"usage": protocol.Record{
		"Rss":           sums.Rss,
		"Pss":           sums.Pss,
		"Shared_Clean":  sums.SharedClean,
		"Shared_Dirty":  sums.SharedDirty,
		"Private_Clean": sums.PrivateClean,
		"Private_Dirty": sums.PrivateDirty,
		"Referenced":    sums.Referenced,
		"Anonymous":     sums.Anonymous,
		"Swap":          sums.Swap,
		"SwapPss":       sums.SwapPss,
	}}}
}

func main() {
	protocol.Serve(prepare, procfs.Proc.ProcSMapsRollup, convert)
}
