// shirou/gopsutil: Process.MemoryMaps(false), from smaps: names and sizes in kB, without addresses.
package main

import (
	"os"

	"peers/protocol"

	"github.com/shirou/gopsutil/v4/process"
)

func record(region process.MemoryMapsStat) protocol.Record {
	return protocol.Record{
		"name": protocol.Column(region.Path),
		"usage": protocol.Record{
			"Size":          region.Size * 1024,
			"Rss":           region.Rss * 1024,
			"Pss":           region.Pss * 1024,
			"Shared_Clean":  region.SharedClean * 1024,
			"Shared_Dirty":  region.SharedDirty * 1024,
			"Private_Clean": region.PrivateClean * 1024,
			"Private_Dirty": region.PrivateDirty * 1024,
			"Referenced":    region.Referenced * 1024,
			"Anonymous":     region.Anonymous * 1024,
			"Swap":          region.Swap * 1024,
		},
	}
}

func main() {
	protocol.Serve(func(request protocol.Request) ([]protocol.Record, error) {
		if err := os.Setenv("HOST_PROC", request.Root); err != nil {
			return nil, err
		}
		regions, err := (&process.Process{Pid: int32(request.Pid)}).MemoryMaps(false)
		if err != nil {
			return nil, err
		}
		var records []protocol.Record
		for _, region := range *regions {
			records = append(records, record(region))
		}
		return records, nil
	})
}
