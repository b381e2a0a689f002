// prometheus/procfs: Proc.ProcMaps().
package main

import (
	"peers/protocol"

	"github.com/prometheus/procfs"
	"golang.org/x/sys/unix"
)

func record(region *procfs.ProcMap) protocol.Record {
	perms := protocol.Mode(region.Perms.Read, region.Perms.Write, region.Perms.Execute)
	switch {
	case region.Perms.Shared:
		perms += "s"
	case region.Perms.Private:
		perms += "p"
	}
	return protocol.Record{
		"start":  protocol.Hex(uint64(region.StartAddr)),
		"end":    protocol.Hex(uint64(region.EndAddr)),
		"perms":  perms,
		"offset": protocol.Hex(uint64(region.Offset)),
		"device": protocol.Record{"major": unix.Major(region.Dev), "minor": unix.Minor(region.Dev)},
		"inode":  protocol.Decimal(region.Inode),
		"name":   protocol.Column(region.Pathname),
	}
}

func prepare(request protocol.Request) (procfs.Proc, error) {
	fs, err := procfs.NewFS(request.Root)
	if err != nil {
		return procfs.Proc{}, err
	}
	return fs.Proc(request.Pid)
}

func convert(regions []*procfs.ProcMap) (records []protocol.Record) {
	for _, region := range regions {
		records = append(records, record(region))
	}
	return records
}

func main() {
	protocol.Serve(prepare, procfs.Proc.ProcMaps, convert)
}
