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

// FilesBackup copies the objects that recipes name into a folder, under their keys, compares them by hash, and puts
// them back.
type FilesBackup struct {
	Pool    *pgxpool.Pool
	Objects objectstore.Store
	Dir     string
	// Progress is told how many of the files are done; nil for nobody.
	Progress func(done, total int64)
}

// FilesReport counts. A file is what recipes name; of a picture there are several objects.
type FilesReport struct {
	Files   int   `json:"files"`
	Objects int   `json:"objects"` // that are the same in the store and in the copy
	Bytes   int64 `json:"bytes"`   // of them
	Copied  int   `json:"copied"`  // of them, by this run, to where they weren't
	// What is wrong, each by its key: named by a recipe and not in the store; not in the copy; of other bytes than
	// its hash says, or than the copy has.
	Missing   []string `json:"missing"`
	NotCopied []string `json:"not_copied"`
	Different []string `json:"different"`
}

// Same tells whether everything is there, and the same.
func (r FilesReport) Same() bool { return len(r.Missing)+len(r.NotCopied)+len(r.Different) == 0 }

// Run copies what the folder doesn't have. Interrupted, it goes on where it was. An object is only taken for
// copied where its bytes are what its hash says.
func (f FilesBackup) Run(ctx context.Context) (FilesReport, error) { return f.walk(ctx, f.copyOne) }

// Verify reads every object and its copy, and compares them by hash. It changes nothing.
func (f FilesBackup) Verify(ctx context.Context) (FilesReport, error) {
	return f.walk(ctx, f.compareOne)
}

// Restore puts into the store what recipes name, the folder has, and the store hasn't. Interrupted, it goes on where it
// was. An object whose bytes aren't what its hash says stays where it is.
func (f FilesBackup) Restore(ctx context.Context) (FilesReport, error) {
	return f.eachNamed(ctx, f.putBack)
}

// look is what is done with one object and what its hash has to be.
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

// eachNamed does something for all that recipes name, the bytes of one user once.
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
			f.Progress(int64(report.Files), max(total, int64(report.Files))) // more may have come meanwhile
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
	defer func() { _ = os.Remove(file.Name()) }() // it has another name by then, if all went well
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
		report.NotCopied = append(report.NotCopied, o.Key)
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

// read gives the hash of an object, and its bytes to whoever wants them.
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
