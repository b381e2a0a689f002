// google/pprof: profile.ParseProcMaps(), which keeps executable mappings.
package main

import (
	"os"

	"peers/protocol"

	"github.com/google/pprof/profile"
)

func main() {
	protocol.Serve(func(request protocol.Request) ([]protocol.Record, error) {
		file, err := os.Open(request.Path)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		mappings, err := profile.ParseProcMaps(file)
		if err != nil {
			return nil, err
		}
		var records []protocol.Record
		for _, mapping := range mappings {
			records = append(records, protocol.Record{
				"start":  protocol.Hex(mapping.Start),
				"end":    protocol.Hex(mapping.Limit),
				"offset": protocol.Hex(mapping.Offset),
				"name":   protocol.Column(mapping.File),
			})
		}
		return records, nil
	})
}
