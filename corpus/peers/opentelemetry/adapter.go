// OpenTelemetry's eBPF profiler: GetMappings() of its package process, which it calls for every
// stack that it unwinds.
package main

import (
	"debug/elf"
	"errors"

	"peers/protocol"

	"go.opentelemetry.io/ebpf-profiler/libpf"
	"go.opentelemetry.io/ebpf-profiler/process"
)

func record(mapping process.Mapping) protocol.Record {
	row := protocol.Record{
		"start":  protocol.Hex(mapping.Vaddr),
		"size":   protocol.Decimal(mapping.Length),
		"offset": protocol.Hex(mapping.FileOffset),
		"inode":  protocol.Decimal(mapping.Inode),
		"perms": protocol.Mode(mapping.Flags&elf.PF_R != 0, mapping.Flags&elf.PF_W != 0,
			mapping.Flags&elf.PF_X != 0),
	}
	if path := mapping.Path.String(); path != "" {
		row["path"] = protocol.Column(path)
	}
	return row
}

func main() {
	protocol.Serve(func(request protocol.Request) ([]protocol.Record, error) {
		pid, err := protocol.Live(request)
		if err != nil {
			return nil, err
		}
		id := libpf.PID(pid)
		// Lines that it cannot read it counts, and leaves out.
		mappings, _, err := process.New(id, id).GetMappings()
		if err != nil && !errors.Is(err, process.ErrNoMappings) {
			return nil, err
		}
		var records []protocol.Record
		for _, mapping := range mappings {
			// A name and an inode of its own making.
			if !mapping.IsVDSO() {
				records = append(records, record(mapping))
			}
		}
		return records, nil
	})
}
