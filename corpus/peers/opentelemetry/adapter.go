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

func prepare(request protocol.Request) (libpf.PID, error) {
	pid, err := protocol.Live(request)
	return libpf.PID(pid), err
}

func call(pid libpf.PID) ([]process.Mapping, error) {
	// It counts lines that it cannot read, and leaves them out.
	mappings, _, err := process.New(pid, pid).GetMappings()
	if errors.Is(err, process.ErrNoMappings) {
		return nil, nil
	}
	return mappings, err
}

func convert(mappings []process.Mapping) (records []protocol.Record) {
	for _, mapping := range mappings {
		// A name and an inode of its own making.
		if mapping.IsVDSO() {
			continue
		}
		records = append(records, protocol.Record{
			"start":  protocol.Hex(mapping.Vaddr),
			"size":   protocol.Decimal(mapping.Length),
			"offset": protocol.Hex(mapping.FileOffset),
			"inode":  protocol.Decimal(mapping.Inode),
			"perms": protocol.Mode(mapping.Flags&elf.PF_R != 0, mapping.Flags&elf.PF_W != 0,
				mapping.Flags&elf.PF_X != 0),
			"path": protocol.Column(mapping.Path.String()),
		})
	}
	return records
}

func main() {
	protocol.Serve(prepare, call, convert)
}
