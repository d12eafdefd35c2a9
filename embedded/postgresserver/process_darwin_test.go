package postgresserver

import "os"

// startOnFullDisk is unsupported here: there is no small disk to mount.
func startOnFullDisk(string) { os.Exit(1) }
