// Print the mappings of a goroutine profile, in which runtime/pprof has the same list.
package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"runtime/pprof"

	"github.com/google/pprof/profile"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func put(member string, value any) {
	fmt.Printf("%s=%x ", member, fmt.Sprint(value))
}

func main() {
	var buffer bytes.Buffer
	must(pprof.Lookup("goroutine").WriteTo(&buffer, 0))
	reader, err := gzip.NewReader(&buffer)
	must(err)
	raw, err := io.ReadAll(reader)
	must(err)
	parsed, err := profile.ParseUncompressed(raw)
	must(err)
	for _, m := range parsed.Mapping {
		if m.Limit != 0 {
			put("start", fmt.Sprintf("%x", m.Start))
			put("end", fmt.Sprintf("%x", m.Limit))
			put("offset", fmt.Sprintf("%x", m.Offset))
			put("path", m.File)
			fmt.Println()
		}
	}
}
