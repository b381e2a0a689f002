// shirou/gopsutil: Process.MemoryMaps(false), from smaps: names and sizes in
// units of 1024 bytes, without addresses.
package main

import (
	"os"

	"peers/protocol"

	"github.com/shirou/gopsutil/v4/process"
)

func prepare(request protocol.Request) (*process.Process, error) {
	return &process.Process{Pid: int32(request.Pid)}, os.Setenv("HOST_PROC", request.Root)
}

func call(of *process.Process) (*[]process.MemoryMapsStat, error) {
	return of.MemoryMaps(false)
}

func convert(regions *[]process.MemoryMapsStat) (records []protocol.Record) {
	for _, region := range *regions {
		records = append(records, protocol.Record{
			"name": protocol.Column(region.Path),
			"usage": protocol.Record{
				"Size":          region.Size,
				"Rss":           region.Rss,
				"Pss":           region.Pss,
				"Shared_Clean":  region.SharedClean,
				"Shared_Dirty":  region.SharedDirty,
				"Private_Clean": region.PrivateClean,
				"Private_Dirty": region.PrivateDirty,
				"Referenced":    region.Referenced,
				"Anonymous":     region.Anonymous,
				"Swap":          region.Swap,
			},
		})
	}
	return records
}

func main() {
	protocol.Serve(prepare, call, convert)
}
