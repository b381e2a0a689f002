// go-delve/delve: MemoryMap() of the native backend, which its `dump` command uses. It reads
// smaps, or maps if there is no smaps.
//
// It works only on a Go program that it is attached to, so this program is its own decoy.
package main

import (
	"os"
	"reflect"
	"strings"
	"time"
	"unsafe"

	"peers/protocol"

	"github.com/go-delve/delve/pkg/proc"
	"github.com/go-delve/delve/pkg/proc/native"
)

// backend returns a private member of a target: the process as its backend sees it.
func backend(target *proc.Target) proc.ProcessInternal {
	field := reflect.ValueOf(target).Elem().FieldByName("proc")
	return *(*proc.ProcessInternal)(unsafe.Pointer(field.UnsafeAddr()))
}

func convert(regions []proc.MemoryMapEntry) (records []protocol.Record) {
	for _, region := range regions {
		records = append(records, protocol.Record{
			"start":  protocol.Hex(region.Addr),
			"size":   protocol.Decimal(region.Size),
			"perms":  protocol.Mode(region.Read, region.Write, region.Exec),
			"offset": protocol.Hex(region.Offset),
			"name":   protocol.Column(region.Filename),
		})
	}
	return records
}

func main() {
	if strings.HasSuffix(os.Args[0], "sleep") || len(os.Args) > 1 {
		time.Sleep(24 * time.Hour)
		return
	}
	var process proc.ProcessInternal
	attach := func(request protocol.Request) (proc.ProcessInternal, error) {
		pid, err := protocol.Live(request)
		if err != nil || process != nil {
			return process, err
		}
		group, err := native.Attach(pid, nil, nil)
		if err != nil {
			return nil, err
		}
		process = backend(group.Selected)
		return process, nil
	}
	protocol.Serve(attach, proc.ProcessInternal.MemoryMap, convert)
}
