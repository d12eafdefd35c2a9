package fulldisk

import (
	"fmt"
	"syscall"
)

// leastRoom is less than the embedded servers need to continue: PostgreSQL's WAL grows by 16 MB at
// once, and the server stops if it can't.
const leastRoom = 24 << 20

// Folder returns an error that is an Err if a folder's disk has no room for the servers that keep
// their data there.
func Folder(dir string) error {
	var disk syscall.Statfs_t
	if err := syscall.Statfs(dir, &disk); err != nil {
		return fmt.Errorf("look for room in %s: %w", dir, err)
	}
	//nolint:unconvert // the types differ between systems, and a size isn't negative
	if room := uint64(disk.Bavail) * uint64(disk.Bsize); room < leastRoom {
		return fmt.Errorf("%w: %d bytes are left for %s", Err, room, dir)
	}
	return nil
}
