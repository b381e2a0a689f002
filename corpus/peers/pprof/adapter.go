// google/pprof: profile.ParseProcMaps(), which keeps executable mappings.
package main

import (
	"bytes"
	"io"
	"os"

	"peers/protocol"

	"github.com/google/pprof/profile"
)

func prepare(request protocol.Request) (io.Reader, error) {
	dump, err := os.ReadFile(request.Path)
	return bytes.NewReader(dump), err
}

func convert(mappings []*profile.Mapping) (records []protocol.Record) {
	for _, mapping := range mappings {
		records = append(records, protocol.Record{
			"start":  protocol.Hex(mapping.Start),
			"end":    protocol.Hex(mapping.Limit),
			"offset": protocol.Hex(mapping.Offset),
			"name":   protocol.Column(mapping.File),
		})
	}
	return records
}

func main() {
	protocol.Serve(prepare, profile.ParseProcMaps, convert)
}
