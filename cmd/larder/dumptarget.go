package main

import (
	"context"
	"errors"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"larder.dev/cmd/larder/internal/stores"
)

// dumpTarget is where a dump goes to or comes from: a file, or an object in the store that the files are in, too.
type dumpTarget struct {
	file        string
	bucket, key string // "" for a file
}

// parseDumpTarget reads "larder.dump" or "s3://bucket/larder.dump"; "-" and "" stay.
func parseDumpTarget(text string) (dumpTarget, error) {
	if !strings.Contains(text, "://") {
		return dumpTarget{file: text}, nil
	}
	address, err := url.Parse(text)
	if err != nil || address.Scheme != "s3" || address.Host == "" || strings.Trim(address.Path, "/") == "" {
		return dumpTarget{}, usageError{text + ": a dump is in a file, or in an object store as s3://BUCKET/KEY"}
	}
	return dumpTarget{bucket: address.Host, key: strings.TrimPrefix(address.Path, "/")}, nil
}

// needs are the stores that a dump there is written to or read from.
func (d dumpTarget) needs() []stores.Store {
	if d.bucket == "" {
		return nil
	}
	return []stores.Store{stores.Objects}
}

// write lets fill write the dump, and puts it there when it is whole: a file is written beside and renamed, an object
// is sent from a file, so that it can be sent again.
func (d dumpTarget) write(ctx context.Context, larder *connection, fill func(io.Writer) error) (err error) {
	folder, name := filepath.Dir(d.file), "."+filepath.Base(d.file)+".*"
	if d.bucket != "" {
		folder, name = "", "larder-dump-*" // the system's folder for such
	}
	file, err := os.CreateTemp(folder, name)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(file.Name()) }() // it has another name by then, or is in the store
	err = fill(file)
	if err == nil {
		err = file.Sync()
	}
	if err == nil && d.bucket != "" {
		err = d.put(ctx, larder, file)
	}
	if err = errors.Join(err, file.Close()); err != nil || d.bucket != "" {
		return err
	}
	return os.Rename(file.Name(), d.file)
}

func (d dumpTarget) put(ctx context.Context, larder *connection, file *os.File) error {
	bucket, err := larder.Bucket(d.bucket)
	if err != nil {
		return err
	}
	info, err := file.Stat()
	if err != nil {
		return err
	}
	return bucket.Put(ctx, d.key, file, info.Size(), "application/octet-stream")
}

// open reads the dump.
func (d dumpTarget) open(ctx context.Context, larder *connection, con console) (io.ReadCloser, error) {
	if d.bucket == "" {
		in, _, err := openInput(con, d.file)
		return in, err
	}
	bucket, err := larder.Bucket(d.bucket)
	if err != nil {
		return nil, err
	}
	object, err := bucket.Get(ctx, d.key)
	if err != nil {
		return nil, err
	}
	return object, nil
}
