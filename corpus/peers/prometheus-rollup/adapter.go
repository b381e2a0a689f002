// prometheus/procfs: Proc.ProcSMapsRollup(), which reads smaps_rollup. If there is none, it sums
// smaps. It returns one record for the whole process.
package main

import (
	"peers/protocol"

	"github.com/prometheus/procfs"
)

func main() {
	protocol.Serve(func(request protocol.Request) ([]protocol.Record, error) {
		fs, err := procfs.NewFS(request.Root)
		if err != nil {
			return nil, err
		}
		process, err := fs.Proc(request.Pid)
		if err != nil {
			return nil, err
		}
		sums, err := process.ProcSMapsRollup()
		if err != nil {
			return nil, err
		}
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
		}}}, nil
	})
}
