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
	"path/filepath"

	"github.com/jackc/pgx/v5/pgxpool"

	"larder.dev/file-service/internal/filestore"
	"larder.dev/internal/cdn"
	"larder.dev/internal/objectstore"
)

// FilesBackup copies the objects that recipes refer to into a folder, named by their keys, verifies
// them by hash, and restores them.
type FilesBackup struct {
	Pool    *pgxpool.Pool
	Objects objectstore.Store
	Dir     string
	// Progress reports how many of the files are done; may be nil.
	Progress func(done, total int64)
}

// FilesReport counts files, as recipes refer to them. A picture has several objects.
type FilesReport struct {
	Files   int   `json:"files"`
	Objects int   `json:"objects"` // equal in the store and the copy
	Bytes   int64 `json:"bytes"`   // of those objects
	Copied  int   `json:"copied"`  // by this run, of those objects
	// Problems, by key: referenced but missing in the store; missing in the copy; bytes that match
	// neither their hash nor, if they have none, the copy.
	Missing   []string `json:"missing"`
	NotCopied []string `json:"not_copied"`
	Different []string `json:"different"`
}

// Same reports whether everything is there and equal.
func (r FilesReport) Same() bool { return len(r.Missing)+len(r.NotCopied)+len(r.Different) == 0 }

// Run copies what the folder lacks. If interrupted, it resumes. An object only counts as copied if
// its bytes match its hash.
func (f FilesBackup) Run(ctx context.Context) (FilesReport, error) { return f.walk(ctx, f.copyOne) }

// Verify reads every object and its copy and compares them by hash. It changes nothing.
func (f FilesBackup) Verify(ctx context.Context) (FilesReport, error) {
	return f.walk(ctx, f.compareOne)
}

// Restore copies referenced objects from the folder into the store if the store lacks them. If
// interrupted, it resumes. It skips objects whose bytes don't match their hash.
func (f FilesBackup) Restore(ctx context.Context) (FilesReport, error) {
	return f.eachNamed(ctx, f.putBack)
}

// look handles one object. want is the hash it must have, "" for any.
type look func(ctx context.Context, object objectstore.Object, want string, report *FilesReport) error

func (f FilesBackup) walk(ctx context.Context, one look) (FilesReport, error) {
	return f.eachNamed(ctx, func(ctx context.Context, named filestore.Named, report *FilesReport) error {
		original := keyOf(named, cdn.Original)
		found := false
		err := f.Objects.Each(ctx, cdn.Folder(named.User, named.SHA256), func(o objectstore.Object) error {
			want := ""
			if o.Key == original {
				found, want = true, named.SHA256
			}
			return one(ctx, o, want, report)
		})
		if err == nil && !found {
			report.Missing = append(report.Missing, original)
		}
		return err
	})
}

// eachNamed calls do for everything recipes refer to, once per user and content.
func (f FilesBackup) eachNamed(ctx context.Context,
	do func(ctx context.Context, named filestore.Named, report *FilesReport) error,
) (FilesReport, error) {
	report := FilesReport{Missing: []string{}, NotCopied: []string{}, Different: []string{}}
	database := filestore.New(f.Pool, func() {}, always)
	total, err := database.CountNamed(ctx)
	if err != nil {
		return report, err
	}
	err = database.EachNamed(ctx, func(named filestore.Named) error {
		if err := do(ctx, named, &report); err != nil {
			return fmt.Errorf("the files of user %s: %w", named.User, err)
		}
		report.Files++
		if f.Progress != nil {
			f.Progress(int64(report.Files), max(total, int64(report.Files))) // more may have been added meanwhile
		}
		return nil
	})
	return report, err
}

func keyOf(named filestore.Named, variant string) string {
	return cdn.Place{Owner: named.User, SHA256: named.SHA256, Variant: variant}.Key()
}

func (f FilesBackup) path(key string) string { return filepath.Join(f.Dir, filepath.FromSlash(key)) }

func (f FilesBackup) copyOne(ctx context.Context, o objectstore.Object, want string, report *FilesReport) (err error) {
	path := f.path(o.Key)
	if info, err := os.Stat(path); err == nil && info.Size() == o.Size {
		report.Objects, report.Bytes = report.Objects+1, report.Bytes+o.Size
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("copy object %s: %w", o.Key, err)
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".copy-*")
	if err != nil {
		return fmt.Errorf("copy object %s: %w", o.Key, err)
	}
	defer func() { _ = os.Remove(file.Name()) }() // a no-op if it was renamed
	got, err := f.read(ctx, o.Key, file)
	damaged := errors.Is(err, objectstore.ErrDamaged)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil && !damaged {
		return fmt.Errorf("copy object %s: %w", o.Key, err)
	}
	if damaged || want != "" && got != want {
		report.Different = append(report.Different, o.Key)
		return nil
	}
	if err := os.Rename(file.Name(), path); err != nil {
		return fmt.Errorf("copy object %s: %w", o.Key, err)
	}
	report.Objects, report.Bytes, report.Copied = report.Objects+1, report.Bytes+o.Size, report.Copied+1
	return nil
}

func (f FilesBackup) compareOne(ctx context.Context, o objectstore.Object, want string, report *FilesReport) error {
	stored, err := f.read(ctx, o.Key, io.Discard)
	if errors.Is(err, objectstore.ErrDamaged) {
		report.Different = append(report.Different, o.Key)
		return nil
	}
	if err != nil {
		return err
	}
	file, err := os.Open(f.path(o.Key))
	if errors.Is(err, fs.ErrNotExist) {
		if want != "" { // else a size that was drawn since, as it can be again
			report.NotCopied = append(report.NotCopied, o.Key)
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the copy of object %s: %w", o.Key, err)
	}
	sum := sha256.New()
	_, err = io.Copy(sum, file)
	if err := errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("read the copy of object %s: %w", o.Key, err)
	}
	if stored != hex.EncodeToString(sum.Sum(nil)) || want != "" && stored != want {
		report.Different = append(report.Different, o.Key)
		return nil
	}
	report.Objects, report.Bytes = report.Objects+1, report.Bytes+o.Size
	return nil
}

// read returns an object's hash and copies its bytes to a writer.
func (f FilesBackup) read(ctx context.Context, key string, to io.Writer) (string, error) {
	object, err := f.Objects.Get(ctx, key)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	_, err = io.Copy(io.MultiWriter(to, sum), object)
	if err := errors.Join(err, object.Close()); err != nil {
		return "", fmt.Errorf("read object %s: %w", key, err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
