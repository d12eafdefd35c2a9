package cdn

import (
	"errors"
	"strings"
	"time"
)

// Prefix begins the path of every file.
const Prefix = "/files/"

// Original is the variant that is the unchanged file.
const Original = "original"

// Variant is one size of a picture.
type Variant struct {
	Name      string // in the path and in the key
	Edge      int    // maximum pixels of the longer edge
	MediaType string
}

// Variants are the sizes of every picture.
func Variants() []Variant {
	return []Variant{
		{Name: "400.webp", Edge: 400, MediaType: "image/webp"},
		{Name: "400.jpeg", Edge: 400, MediaType: "image/jpeg"},
		{Name: "1200.webp", Edge: 1200, MediaType: "image/webp"},
		{Name: "1200.jpeg", Edge: 1200, MediaType: "image/jpeg"},
	}
}

// Small is the size for looking at a picture already known to be ours.
func Small() Variant { return Variants()[1] }

// Quick returns the variant that is shown until another one is drawn: the JPEG of the same edge.
func Quick(variant string) (Variant, bool) {
	edge, _, _ := strings.Cut(variant, ".")
	for _, v := range Variants() {
		if v.Name == edge+".jpeg" {
			return v, true
		}
	}
	return Variant{}, false
}

// IsPicture reports whether files of this type have Variants. A file that claims to be a picture
// but can't be decoded never gets such a type.
func IsPicture(mediaType string) bool {
	switch mediaType {
	case "image/jpeg", "image/png", "image/gif", "image/webp", "image/heic", "image/heif", "image/avif":
		return true
	default:
		return false
	}
}

// Place locates a file's bytes. They are immutable, since it includes SHA256.
type Place struct {
	Owner   string
	SHA256  string // lower-case hex
	Variant string
	Name    string // shown to the reader; not part of the key
}

// ErrNoPlace means that a path is no Place's.
var ErrNoPlace = errors.New("not the path of a file")

// Path is the URL's path, unescaped.
func (p Place) Path() string {
	return Prefix + p.Owner + "/" + p.SHA256 + "/" + p.Variant + "/" + p.Name
}

// Key is the object store's key.
func (p Place) Key() string { return Folder(p.Owner, p.SHA256) + p.Variant }

// Folder is the key prefix of all variants of the same bytes.
func Folder(owner, sha256 string) string { return owner + "/" + sha256 + "/" }

// ParsePath parses a path made by Path.
func ParsePath(path string) (Place, error) {
	rest, found := strings.CutPrefix(path, Prefix)
	parts := strings.Split(rest, "/")
	if !found || len(parts) != 4 {
		return Place{}, ErrNoPlace
	}
	p := Place{Owner: parts[0], SHA256: parts[1], Variant: parts[2], Name: parts[3]}
	for _, part := range parts {
		if part == "" || part == "." || part == ".." {
			return Place{}, ErrNoPlace
		}
	}
	return p, nil
}

// File is a file with its URLs.
type File struct {
	URL   string `json:"url"`
	Sizes []Size `json:"sizes,omitempty"`
}

// Size is one size of a picture.
type Size struct {
	Edge      int    `json:"edge"`
	MediaType string `json:"media_type"`
	URL       string `json:"url"`
}

// Kept describes a file in the object store. Color is a picture's, "" if none was found.
type Kept struct {
	SHA256, Name, MediaType, Color string
}

// Addresses signs the URLs of a file.
func Addresses(s Signer, owner string, kept Kept, now time.Time) (File, error) {
	place := Place{Owner: owner, SHA256: kept.SHA256, Variant: Original, Name: kept.Name}
	address, err := s.Sign(place.Path(), now)
	if err != nil || !IsPicture(kept.MediaType) {
		return File{URL: address}, err
	}
	file := File{URL: address}
	for _, variant := range Variants() {
		place.Variant, place.Name = variant.Name, variant.Name
		if address, err = s.Sign(place.Path(), now); err != nil {
			return File{}, err
		}
		file.Sizes = append(file.Sizes, Size{Edge: variant.Edge, MediaType: variant.MediaType, URL: address})
	}
	return file, nil
}
