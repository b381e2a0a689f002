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

// Serve answers every request on standard input. An error is a refusal. A panic ends the program,
// which is a crash.
func Serve(parse func(Request) ([]Record, error)) {
	requests := bufio.NewReader(os.Stdin)
	answers := json.NewEncoder(os.Stdout)
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
		answer := Record{"id": request.ID}
		if records, err := parse(request); err != nil {
			answer["rejected"] = err.Error()
		} else {
			answer["answer"] = append([]Record{}, records...)
		}
		if err := answers.Encode(answer); err != nil {
			panic(err)
		}
	}
}
