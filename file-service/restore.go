package fileservice

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"larder.dev/file-service/internal/filestore"
	"larder.dev/internal/cdn"
	"larder.dev/internal/objectstore"
)

// putBack restores a file's sizes, as far as the copy has them, and then the file. Other sizes are
// drawn when they are asked for.
func (f FilesBackup) putBack(ctx context.Context, named filestore.Named, report *FilesReport) error {
	if cdn.IsPicture(named.MediaType) {
		for _, variant := range cdn.Variants() {
			key := keyOf(named, variant.Name)
			if _, err := os.Stat(f.path(key)); errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err := f.putObject(ctx, key, variant.MediaType, "", report); err != nil {
				return err
			}
		}
	}
	return f.putObject(ctx, keyOf(named, cdn.Original), named.MediaType, named.SHA256, report)
}

// putObject restores one object if it is missing. want is the required hash of its bytes, "" for
// any.
func (f FilesBackup) putObject(ctx context.Context, key, mediaType, want string, report *FilesReport) (err error) {
	there, err := f.Objects.Stat(ctx, key)
	if err == nil {
		report.Objects, report.Bytes = report.Objects+1, report.Bytes+there.Size
		return nil
	}
	if !errors.Is(err, objectstore.ErrNotFound) && !errors.Is(err, objectstore.ErrDamaged) {
		return err
	}
	file, err := os.Open(f.path(key))
	if errors.Is(err, fs.ErrNotExist) {
		report.Missing = append(report.Missing, key)
		return nil
	}
	if err != nil {
		return fmt.Errorf("restore object %s: %w", key, err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	sum := sha256.New()
	size, err := io.Copy(sum, file)
	if err != nil {
		return fmt.Errorf("restore object %s: %w", key, err)
	}
	if want != "" && hex.EncodeToString(sum.Sum(nil)) != want {
		report.Different = append(report.Different, key)
		return nil
	}
	if err := f.Objects.Put(ctx, key, file, size, mediaType); err != nil {
		return err
	}
	report.Objects, report.Bytes, report.Copied = report.Objects+1, report.Bytes+size, report.Copied+1
	return nil
}
