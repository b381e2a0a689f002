// runtime/pprof of Go's standard library: the mappings of a heap profile.
package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"runtime/pprof"

	"peers/protocol"

	"github.com/google/pprof/profile"
)

// call returns a profile. runtime/pprof reads /proc/self/maps for each.
func call(_ int) ([]byte, error) {
	var written bytes.Buffer
	err := pprof.Lookup("heap").WriteTo(&written, 0)
	return written.Bytes(), err
}

// convert decodes the profile, without the checks and the changes of profile.Parse.
func convert(written []byte) (records []protocol.Record) {
	unpacked, err := gzip.NewReader(bytes.NewReader(written))
	if err != nil {
		panic(err)
	}
	raw, err := io.ReadAll(unpacked)
	if err != nil {
		panic(err)
	}
	decoded, err := profile.ParseUncompressed(raw)
	if err != nil {
		panic(err)
	}
	for _, mapping := range decoded.Mapping {
		// It makes up a mapping if it finds none.
		if mapping.Start == 0 && mapping.Limit == 0 {
			continue
		}
		records = append(records, protocol.Record{
			"start":  protocol.Hex(mapping.Start),
			"end":    protocol.Hex(mapping.Limit),
			"offset": protocol.Hex(mapping.Offset),
			// By design without ` (deleted)`.
			"path": protocol.Column(mapping.File),
		})
	}
	return records
}

func main() {
	protocol.Serve(protocol.Live, call, convert)
}
