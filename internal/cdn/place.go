package cdn

import (
	"errors"
	"strings"
	"time"
)

// Prefix begins the path of every file.
const Prefix = "/files/"

// Original is the variant that is the file itself.
const Original = "original"

// Variant is one size of a picture.
type Variant struct {
	Name      string // in the path and in the key
	Edge      int    // the longer edge has at most so many pixels
	MediaType string
}

// Variants are the sizes that there are of every picture.
func Variants() []Variant {
	return []Variant{
		{Name: "400.webp", Edge: 400, MediaType: "image/webp"},
		{Name: "400.jpeg", Edge: 400, MediaType: "image/jpeg"},
		{Name: "1200.webp", Edge: 1200, MediaType: "image/webp"},
		{Name: "1200.jpeg", Edge: 1200, MediaType: "image/jpeg"},
	}
}

// Small is the size that a picture is looked at in where it is known to be ours already.
func Small() Variant { return Variants()[1] }

// IsPicture tells whether there are Variants of a file of this type. A file that says it is a picture and
// can't be read as one is never given such a type.
func IsPicture(mediaType string) bool {
	switch mediaType {
	case "image/jpeg", "image/png", "image/gif", "image/webp":
		return true
	default:
		return IsPhonePhoto(mediaType)
	}
}

// IsPhonePhoto tells whether a file is of a type that is converted before it is drawn. Such were once kept without
// Variants, since they couldn't be read.
func IsPhonePhoto(mediaType string) bool {
	return mediaType == "image/heic" || mediaType == "image/heif" || mediaType == "image/avif"
}

// Place is where the bytes of a file are. They never change: SHA256 is in it.
type Place struct {
	Owner   string
	SHA256  string // lower-case hex
	Variant string
	Name    string // what the reader calls it; not part of the key
}

// ErrNoPlace is the error of a path that no Place has.
var ErrNoPlace = errors.New("not the path of a file")

// Path is the path of the address, unescaped.
func (p Place) Path() string {
	return Prefix + p.Owner + "/" + p.SHA256 + "/" + p.Variant + "/" + p.Name
}

// Key is the key in the object store.
func (p Place) Key() string { return Folder(p.Owner, p.SHA256) + p.Variant }

// Folder begins the key of every variant of the same bytes.
func Folder(owner, sha256 string) string { return owner + "/" + sha256 + "/" }

// ParsePath reads a path that Path made.
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

// File is a file with the addresses under which it is read.
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

// Kept is what is known of a file that is in the object store. Color is that of a picture, "" where none was found.
type Kept struct {
	SHA256, Name, MediaType, Color string
}

// hasVariants tells whether the picture was drawn when it came: a phone's photo that has no color was not.
func (k Kept) hasVariants() bool {
	return IsPicture(k.MediaType) && (k.Color != "" || !IsPhonePhoto(k.MediaType))
}

// Addresses signs what there is of a file.
func Addresses(s Signer, owner string, kept Kept, now time.Time) (File, error) {
	place := Place{Owner: owner, SHA256: kept.SHA256, Variant: Original, Name: kept.Name}
	address, err := s.Sign(place.Path(), now)
	if err != nil || !kept.hasVariants() {
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
