// Package spool takes an upload to the disk as it comes, in constant memory, and hashes it on the way. A file
// is kept under its hash, so nothing can go to the object store before its last byte is here; and what breaks
// off before that has left nothing there.
package spool

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
)

// ErrTooLarge is the error of an upload that has more bytes than it may.
var ErrTooLarge = errors.New("the file is too large")

// bufferSize is what one upload holds in memory.
const bufferSize = 64 << 10

// Folder is where uploads are while they come in.
type Folder struct{ dir string }

// Open takes a folder for uploads, and makes it if it isn't there. What is left in it of a process that was
// killed has no name any more: a file is unlinked as soon as it is open.
func Open(dir string) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of uploads: %w", err)
	}
	return &Folder{dir: dir}, nil
}

// File is a whole upload. One that Take gave has no name on the disk, and is gone when it is closed or the
// process ends.
type File struct {
	*os.File

	Size   int64
	SHA256 string // lower-case hex
}

// Take reads an upload to its end. The error is ErrTooLarge, that of the reader, or that of the disk.
func (f *Folder) Take(from io.Reader, limit int64) (*File, error) {
	file, err := os.CreateTemp(f.dir, "upload-*")
	if err != nil {
		return nil, fmt.Errorf("take an upload: %w", err)
	}
	taken := &File{File: file}
	if err := os.Remove(file.Name()); err != nil {
		return nil, errors.Join(fmt.Errorf("take an upload: %w", err), file.Close())
	}
	sum := sha256.New()
	if taken.Size, err = copyHashed(file, sum, from, limit); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	taken.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return taken, nil
}

// Hash takes a file that is whole already, and that stays the caller's.
func Hash(file *os.File) (*File, error) {
	sum := sha256.New()
	// The wrapper keeps io.CopyBuffer from the file's own WriteTo, which would take another buffer.
	size, err := io.CopyBuffer(sum, struct{ io.Reader }{file}, make([]byte, bufferSize))
	if err != nil {
		return nil, fmt.Errorf("read an upload after %d bytes: %w", size, err)
	}
	return &File{File: file, Size: size, SHA256: hex.EncodeToString(sum.Sum(nil))}, nil
}

func copyHashed(to io.Writer, sum hash.Hash, from io.Reader, limit int64) (int64, error) {
	// The wrapper keeps io.CopyBuffer from the file's own ReadFrom, which would take another buffer.
	both := struct{ io.Writer }{io.MultiWriter(to, sum)}
	size, err := io.CopyBuffer(both, io.LimitReader(from, limit+1), make([]byte, bufferSize))
	switch {
	case err != nil:
		return 0, fmt.Errorf("take an upload after %d bytes: %w", size, err)
	case size > limit:
		return 0, ErrTooLarge
	default:
		return size, nil
	}
}
