package objectstore

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"larder.dev/internal/datadir"
	"larder.dev/internal/fulldisk"
)

// folderStore keeps objects as files:
//
//	objects/<bucket>/<key>             the bytes, as they were put
//	objects/<bucket>/<key>.attributes  their attributes
//	incoming/<bucket>                  unfinished: files being written, parts of multipart uploads
//	attributes/<bucket>/<key>/meta     attributes of objects that were put through versitygw
//
// A file is written in incoming and renamed once it is complete and synced. Every name goes through
// an os.Root, so none escapes the folder.
type folderStore struct {
	dir, bucket string
	full        *fulldisk.Mark

	mu     sync.Mutex
	root   *os.Root // nil until first used
	open   *os.File // shared lock of all writing processes; nil until this one writes
	change commitLock
}

// commitLock serialises renames of objects across all processes.
type commitLock struct {
	mu   sync.Mutex
	file *os.File
}

const (
	objectsFolder    = "objects"
	attributesSuffix = ".attributes"
	versityFolder    = ".sgwtmp" // versitygw's, beside the objects
	newPrefix        = "new-"    // of files being written
	anyType          = "application/octet-stream"

	// maxKey is S3's; maxName leaves room for the suffix within file systems' limits.
	maxKey  = 1024
	maxName = 255 - len(attributesSuffix)

	ownersFile = 0o600
	ownersDir  = 0o700
)

func openFolder(dir string, o Options) (*folderStore, error) {
	if !filepath.IsAbs(dir) {
		return nil, fmt.Errorf("open the object store in %q: the path isn't absolute", dir)
	}
	if checkKey(o.Bucket) != nil || strings.Contains(o.Bucket, "/") {
		return nil, fmt.Errorf("open the object store: %q is no name of a bucket", o.Bucket)
	}
	return &folderStore{dir: dir, bucket: o.Bucket, full: o.Full}, nil
}

// checkKey accepts paths below the folder that aren't the store's own files.
func checkKey(key string) error {
	if len(key) > maxKey || key == "." || !fs.ValidPath(key) || strings.ContainsRune(key, 0) {
		return fmt.Errorf("%w: %.100q", ErrKey, key)
	}
	for name := range strings.SplitSeq(key, "/") {
		if len(name) > maxName || name == versityFolder || strings.HasSuffix(name, attributesSuffix) {
			return fmt.Errorf("%w: %.100q", ErrKey, key)
		}
	}
	return nil
}

// Paths below the root.
func (s *folderStore) objects() string           { return objectsFolder + "/" + s.bucket }
func (s *folderStore) incoming() string          { return "incoming/" + s.bucket }
func (s *folderStore) path(key string) string    { return s.objects() + "/" + key }
func (s *folderStore) versity(key string) string { return "attributes/" + s.bucket + "/" + key }

// reading returns the root. The error is fs.ErrNotExist if it doesn't exist yet.
func (s *folderStore) reading() (*os.Root, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.openRoot()
}

func (s *folderStore) openRoot() (*os.Root, error) {
	if s.root != nil {
		return s.root, nil
	}
	root, err := os.OpenRoot(s.dir)
	if err != nil {
		return nil, err
	}
	s.root = root
	return root, nil
}

// writing returns the root with its folders. The first process to write here removes the leftovers
// of killed ones.
func (s *folderStore) writing() (*os.Root, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open != nil {
		return s.root, nil
	}
	if err := datadir.Make(s.dir); err != nil {
		return nil, err
	}
	root, err := s.openRoot()
	if err != nil {
		return nil, err
	}
	if err := errors.Join(makeDirs(root, s.objects()), makeDirs(root, s.incoming())); err != nil {
		return nil, err
	}
	change, err := openLock(root, s.incoming()+"/change.lock")
	if err != nil {
		return nil, err
	}
	open, err := openLock(root, s.incoming()+"/open.lock")
	if err != nil {
		return nil, errors.Join(err, change.Close())
	}
	if err := s.enter(root, open); err != nil {
		return nil, errors.Join(err, change.Close(), open.Close())
	}
	s.open, s.change.file = open, change
	return root, nil
}

// enter takes the shared lock, and cleans up if nobody else has it.
func (s *folderStore) enter(root *os.Root, open *os.File) error {
	err := flock(open, syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		err = s.clear(root)
	} else if errors.Is(err, syscall.EWOULDBLOCK) {
		err = nil
	}
	if err != nil {
		return err
	}
	return flock(open, syscall.LOCK_SH)
}

// clear removes files that nobody is writing any more, and migrates the parts of versitygw's
// uploads.
func (s *folderStore) clear(root *os.Root) error {
	left, err := readDir(root, s.incoming())
	if err != nil {
		return err
	}
	for _, entry := range left {
		if strings.HasPrefix(entry.Name(), newPrefix) {
			err = errors.Join(err, root.Remove(s.incoming()+"/"+entry.Name()))
		}
	}
	uploads, missing := readDir(root, s.path(versityFolder)+"/multipart")
	if missing == nil {
		for _, upload := range uploads {
			err = errors.Join(err, root.Rename(s.path(versityFolder)+"/multipart/"+upload.Name(), s.incoming()+"/"+upload.Name()))
		}
	}
	if err != nil {
		return err
	}
	return errors.Join(root.RemoveAll(s.path(versityFolder)), root.RemoveAll(s.versity(versityFolder)))
}

// Close implements Store.
func (s *folderStore) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var failed []error
	if s.open != nil {
		// A child process being started briefly has a copy of the file, and so the lock.
		failed = append(failed, flock(s.open, syscall.LOCK_UN), s.open.Close(), s.change.file.Close())
	}
	if s.root != nil {
		failed = append(failed, s.root.Close())
	}
	s.open, s.root = nil, nil
	return errors.Join(failed...)
}

// Ping implements Store.
func (s *folderStore) Ping(context.Context) error {
	root, err := s.writing()
	if err == nil {
		_, err = root.Stat(s.objects())
	}
	if err != nil {
		return fmt.Errorf("ping the object store: %w", s.refused(err))
	}
	return nil
}

// Room implements Store.
func (s *folderStore) Room(ctx context.Context) error { return tryRoom(ctx, s) }

// Put implements Store.
func (s *folderStore) Put(ctx context.Context, key string, from File, size int64, mediaType string) error {
	if _, err := from.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("put object %s: rewind: %w", key, err)
	}
	err := s.put(ctx, key, mediaType, func(into io.Writer) error {
		_, err := io.CopyN(into, untilDone{ctx, from}, size)
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("put object %s: %w", key, err)
	}
	return nil
}

// put stores what fill writes as an object.
func (s *folderStore) put(ctx context.Context, key, mediaType string, fill func(into io.Writer) error) error {
	if err := checkKey(key); err != nil {
		return err
	}
	root, err := s.writing()
	if err != nil {
		return s.refused(err)
	}
	sum, size := sha256.New(), int64(0)
	name, err := s.write(root, func(into io.Writer) error {
		counted := &counter{to: into}
		err := fill(io.MultiWriter(counted, sum))
		size = counted.n
		return err
	})
	if err != nil {
		return s.refused(err)
	}
	return s.commit(ctx, root, key, name, attributes{
		MediaType: cmp.Or(mediaType, anyType), Size: size, SHA256: hex.EncodeToString(sum.Sum(nil)),
	})
}

// write writes a new, synced file using fill, and returns its name. After an error there is none.
func (s *folderStore) write(root *os.Root, fill func(into io.Writer) error) (name string, err error) {
	name = s.newName()
	file, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, ownersFile)
	if err != nil {
		return "", err
	}
	if err = fill(file); err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return "", errors.Join(err, root.Remove(name))
	}
	return name, nil
}

func (s *folderStore) newName() string { return s.incoming() + "/" + newPrefix + rand.Text() }

// commit renames a new file and its attributes to an object's names. Attributes also describe what
// they replace, so those bytes stay described if the process ends before the second rename. File
// systems preserve the order of both.
func (s *folderStore) commit(ctx context.Context, root *os.Root, key, name string, of attributes) (err error) {
	defer func() {
		if err != nil {
			_ = root.Remove(name) // otherwise the next start does
		}
	}()
	unlock, err := s.lock(ctx)
	if err != nil {
		return s.refused(err)
	}
	defer unlock()
	to := s.path(key)
	if of.Before, err = s.described(root, key); err != nil {
		return s.refused(err)
	}
	text, err := s.write(root, of.encode)
	if err != nil {
		return s.refused(err)
	}
	if err = makeDirs(root, path.Dir(to)); err == nil {
		err = root.Rename(text, to+attributesSuffix)
	}
	if err != nil {
		return s.refused(errors.Join(err, root.Remove(text)))
	}
	if err = root.Rename(name, to); err == nil {
		err = syncDir(root, path.Dir(to))
	} else if of.Before == nil {
		err = errors.Join(err, root.Remove(to+attributesSuffix))
	}
	if err == nil && of.Before != nil && of.Before.SHA256 == "" {
		err = s.removeVersity(root, key)
	}
	return s.refused(err)
}

// described returns a key's attributes; nil if there are none, or they are unreadable.
func (s *folderStore) described(root *os.Root, key string) (*attributes, error) {
	file, found, err := s.find(root, key)
	if nothing(err) || errors.Is(err, ErrDamaged) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	found.Before = nil
	return &found.attributes, file.Close()
}

// Delete implements Store.
func (s *folderStore) Delete(ctx context.Context, key string) error {
	if err := checkKey(key); err != nil {
		return fmt.Errorf("delete object: %w", err)
	}
	if _, err := s.reading(); errors.Is(err, fs.ErrNotExist) {
		return nil // nothing was ever put
	}
	root, err := s.writing()
	if err == nil {
		err = s.remove(ctx, root, key)
	}
	if err != nil {
		return fmt.Errorf("delete object %s: %w", key, s.refused(err))
	}
	return nil
}

// remove removes an object, bytes first: attributes without bytes count as none.
func (s *folderStore) remove(ctx context.Context, root *os.Root, key string) error {
	unlock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	name := s.path(key)
	info, err := root.Lstat(name)
	if nothing(err) || err == nil && info.IsDir() {
		return nil
	}
	if err == nil {
		err = root.Remove(name)
	}
	if err == nil {
		err = removeFile(root, name+attributesSuffix)
	}
	if err == nil {
		err = s.removeVersity(root, key)
	}
	if err != nil {
		return err
	}
	return prune(root, path.Dir(name), s.objects())
}

// removeVersity removes versitygw's attributes of an object.
func (s *folderStore) removeVersity(root *os.Root, key string) error {
	at := s.versity(key)
	if _, err := root.Lstat(at); nothing(err) {
		return nil
	}
	if err := root.RemoveAll(at + "/meta"); err != nil {
		return err
	}
	return prune(root, at, "attributes/"+s.bucket)
}

// Copy implements Store. The copy is a hard link if the file system supports it: nobody ever writes
// to a file that has a name.
func (s *folderStore) Copy(ctx context.Context, from, etag, to, mediaType string) error {
	if err := s.copyObject(ctx, from, etag, to, cmp.Or(mediaType, anyType)); err != nil {
		return fmt.Errorf("copy object %s to %s: %w", from, to, err)
	}
	return nil
}

func (s *folderStore) copyObject(ctx context.Context, from, etag, to, mediaType string) error {
	if err := errors.Join(checkKey(from), checkKey(to)); err != nil {
		return err
	}
	root, err := s.writing()
	if err != nil {
		return s.refused(err)
	}
	file, found, err := s.find(root, from)
	if err != nil {
		return s.missed(err)
	}
	defer func() { _ = file.Close() }() // only read from
	if found.etag() != etag {
		return fmt.Errorf("%w: it is another one by now", ErrNotFound)
	}
	if found.SHA256 != "" {
		name := s.newName()
		if err := root.Link(s.path(from), name); err == nil {
			return s.commitLink(ctx, root, name, to, found, mediaType)
		}
	}
	return s.put(ctx, to, mediaType, func(into io.Writer) error {
		_, err := io.Copy(into, untilDone{ctx, file})
		return err
	})
}

// commitLink makes a hard link an object, if it is the file that was found.
func (s *folderStore) commitLink(ctx context.Context, root *os.Root, name, key string, found found, mediaType string) error {
	linked, err := root.Lstat(name)
	if err == nil && !os.SameFile(linked, found.info) {
		return errors.Join(fmt.Errorf("%w: it is another one by now", ErrNotFound), root.Remove(name))
	}
	if now := time.Now(); err == nil {
		err = root.Chtimes(name, now, now) // sweeping removes the oldest first
	}
	if err != nil {
		return s.refused(errors.Join(err, root.Remove(name)))
	}
	return s.commit(ctx, root, key, name, attributes{MediaType: mediaType, Size: found.Size, SHA256: found.SHA256})
}

// lock takes the lock for changes. The error is ErrUnavailable if another process, which may be
// stopped, keeps it.
func (s *folderStore) lock(ctx context.Context) (unlock func(), err error) {
	s.change.mu.Lock()
	if err := flockWithin(ctx, s.change.file); err != nil {
		s.change.mu.Unlock()
		return nil, err
	}
	return func() {
		_ = flock(s.change.file, syscall.LOCK_UN)
		s.change.mu.Unlock()
	}, nil
}

// missed maps a read error: not found, unless the folder itself is gone.
func (s *folderStore) missed(err error) error {
	if !nothing(err) {
		return s.refused(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open != nil {
		if _, gone := s.root.Lstat(s.objects()); gone != nil {
			return fmt.Errorf("%w: %w", ErrUnavailable, gone)
		}
	}
	return fmt.Errorf("%w: %w", ErrNotFound, err)
}

// refused maps a write error: an impossible name, or an unusable folder.
func (s *folderStore) refused(err error) error {
	var number syscall.Errno
	if err == nil || !errors.As(err, &number) {
		return err
	}
	switch number { //nolint:exhaustive // there are many, and the rest share a case
	case syscall.ENOTDIR, syscall.EISDIR, syscall.EEXIST, syscall.ENOTEMPTY, syscall.ENAMETOOLONG:
		return fmt.Errorf("%w: %w", ErrKey, err)
	case syscall.ENOSPC, syscall.EDQUOT:
		err = fmt.Errorf("%w: %w", fulldisk.Err, err)
		s.full.Note(err)
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, err)
}
