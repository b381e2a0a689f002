// Print the mappings that google/pprof finds in one dump.
package main

import (
	"fmt"
	"os"

	"github.com/google/pprof/profile"
)

func put(member string, value any) {
	fmt.Printf("%s=%x ", member, fmt.Sprint(value))
}

func refuse(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
}

func main() {
	file, err := os.Open(os.Args[1])
	refuse(err)
	mappings, err := profile.ParseProcMaps(file)
	refuse(err)
	for _, m := range mappings {
		put("start", fmt.Sprintf("%x", m.Start))
		put("end", fmt.Sprintf("%x", m.Limit))
		put("offset", fmt.Sprintf("%x", m.Offset))
		put("name", m.File)
		fmt.Println()
	}
}
