package picture_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/file-service/internal/picture"
)

const convert = "convert"

// TestMain lets the tests' own program be the one that a Converter runs.
func TestMain(m *testing.M) {
	if slices.Equal(os.Args[1:], []string{convert}) {
		os.Exit(picture.ConvertPhoto(os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

func converter() picture.Converter { return picture.Converter{Program: []string{os.Args[0], convert}} }

func photoFile(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return content
}

// A phone's photo is read as it stands upright: its left half is dark and its right half orange, and where it was turned
// anti-clockwise its upper half is orange.
func TestPhonePhotos(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct {
		size         image.Point
		dark, orange image.Point
	}{
		"photo.heic":  {image.Pt(480, 320), image.Pt(60, 160), image.Pt(420, 160)},
		"photo.avif":  {image.Pt(480, 320), image.Pt(60, 160), image.Pt(420, 160)},
		"turned.avif": {image.Pt(320, 480), image.Pt(160, 420), image.Pt(160, 60)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			converted, err := converter().Convert(t.Context(), bytes.NewReader(photoFile(t, name)))
			require.NoError(t, err)
			pixels, err := png.Decode(converted)
			require.NoError(t, err)
			require.Equal(t, want.size, pixels.Bounds().Size())
			red := func(at image.Point) uint8 { return color.RGBAModel.Convert(pixels.At(at.X, at.Y)).(color.RGBA).R }
			require.InDelta(t, 40, red(want.dark), 12)
			require.InDelta(t, 200, red(want.orange), 12)
		})
	}
}

// What is broken is no picture, and what claims too many pixels is refused before it is decoded.
func TestPhotosThatBite(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"photo.heic", "photo.avif"} {
		whole := photoFile(t, name)
		_, err := converter().Convert(t.Context(), bytes.NewReader(whole[:len(whole)/2]))
		require.Error(t, err, name)
		_, err = converter().Convert(t.Context(), bytes.NewReader(whole[:40]))
		require.ErrorIs(t, err, picture.ErrUnreadable, name)
		_, err = converter().Convert(t.Context(), bytes.NewReader(claiming(t, whole, 25_000, 25_000)))
		require.Error(t, err, name)
	}
}

// claiming changes the size that a photo says it has (ispe), and leaves its pixels.
func claiming(t *testing.T, photo []byte, width, height uint32) []byte {
	t.Helper()
	at := bytes.Index(photo, []byte("ispe"))
	require.Positive(t, at)
	larger := bytes.Clone(photo)
	binary.BigEndian.PutUint32(larger[at+8:], width)
	binary.BigEndian.PutUint32(larger[at+12:], height)
	return larger
}

// FuzzItemTransform holds that the way through the boxes of a photo ends, whatever is in them.
func FuzzItemTransform(f *testing.F) {
	for _, name := range []string{"photo.avif", "turned.avif"} {
		content, err := os.ReadFile(filepath.Join("testdata", name))
		require.NoError(f, err)
		f.Add(content)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		require.Contains(t, []int{1, 2, 3, 4, 5, 6, 7, 8}, picture.ItemTransform(content))
	})
}
