// Package protocol implements the batch form of docs/protocol.md, for adapters in Go.
package protocol

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strconv"
)

// Request is one case.
type Request struct {
	ID   string `json:"id"`
	Kind string `json:"kind"`
	Path string `json:"path"`
	Root string `json:"root"`
	Pid  int    `json:"pid"`
}

// Record is one object of the answer.
type Record map[string]any

// Column returns a name for JSON without losing a byte.
func Column(name string) Record {
	return Record{"base64": base64.StdEncoding.EncodeToString([]byte(name))}
}

// Hex returns an address for JSON. Some readers would round a number to a double.
func Hex(value uint64) string {
	return strconv.FormatUint(value, 16)
}

// Decimal returns an inode for JSON.
func Decimal(value uint64) string {
	return strconv.FormatUint(value, 10)
}

// Mode returns the first three permission letters.
func Mode(read, write, execute bool) string {
	mode := []byte("---")
	for i, set := range []bool{read, write, execute} {
		if set {
			mode[i] = "rwx"[i]
		}
	}
	return string(mode)
}

// Live writes the request's dump to the decoy's files (see overlay.py) and returns its PID.
func Live(request Request) (int, error) {
	folder := os.Getenv("PROCMAPS_DECOY_FILES")
	for _, kind := range []string{"maps", "smaps", "smaps_rollup"} {
		// In place: a new file would not be the mounted one.
		file, err := os.OpenFile(filepath.Join(folder, kind), os.O_WRONLY|os.O_TRUNC, 0)
		if err != nil {
			return 0, err
		}
		if kind == request.Kind {
			dump, err := os.Open(request.Path)
			if err != nil {
				return 0, err
			}
			_, err = io.Copy(file, dump)
			dump.Close()
			if err != nil {
				return 0, err
			}
		}
		if err := file.Close(); err != nil {
			return 0, err
		}
	}
	return strconv.Atoi(os.Getenv("PROCMAPS_DECOY_PID"))
}

// Serve answers every request on standard input, in three phases:
//
//	prepare   makes what the parser needs: files, a process
//	call      is the parser's own call, and nothing else
//	convert   makes records of what the parser returned
//
// Only an error out of call is a refusal of the parser, and only a panic there is its crash. An
// iterator must be run to its end in call. Everything else is a fault of the adapter.
func Serve[Prepared, Returned any](
	prepare func(Request) (Prepared, error),
	call func(Prepared) (Returned, error),
	convert func(Returned) []Record,
) {
	requests := bufio.NewReader(os.Stdin)
	// Output of a peer must not mix with the answers.
	answers := json.NewEncoder(os.Stdout)
	os.Stdout = os.Stderr
	for {
		line, err := requests.ReadBytes('\n')
		if err == io.EOF {
			return
		}
		if err != nil {
			panic(err)
		}
		var request Request
		if err := json.Unmarshal(line, &request); err != nil {
			panic(err)
		}
		tell := func(member string, value any) {
			if err := answers.Encode(Record{"id": request.ID, member: value}); err != nil {
				panic(err)
			}
		}
		prepared, err := prepare(request)
		if err != nil {
			tell("adapter-fault", err.Error())
			continue
		}
		tell("phase", "call")
		returned, err := call(prepared)
		if err != nil {
			tell("rejected", err.Error())
			continue
		}
		// A panic from here on ends the program outside the call: a fault of the adapter.
		tell("phase", "convert")
		tell("answer", append([]Record{}, convert(returned)...))
	}
}
