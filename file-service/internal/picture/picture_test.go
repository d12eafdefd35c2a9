package picture_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/file-service/internal/picture"
	"larder.dev/internal/testkit/pictures"
)

const draw = "draw"

// TestMain lets a Drawer run the test binary.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == draw {
		os.Exit(picture.Run(os.Args[2:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

func twoSizes() []picture.Size {
	return []picture.Size{{Edge: 400, MediaType: "image/webp"}, {Edge: 1200, MediaType: "image/jpeg"}}
}

func drawer() *picture.Drawer { return picture.NewDrawer([]string{os.Args[0], draw}, 0) }

func drawn(t *testing.T, content []byte) picture.Drawn {
	t.Helper()
	got, err := drawer().Draw(t.Context(), "ada", bytes.NewReader(content), twoSizes()...)
	require.NoError(t, err)
	require.Len(t, got.Sizes, 2)
	return got
}

func red(pixels image.Image, at image.Point) uint8 {
	return color.RGBAModel.Convert(pixels.At(at.X, at.Y)).(color.RGBA).R
}

// A picture taken sideways is upright in every size, and its EXIF is removed.
func TestUprightWithoutExif(t *testing.T) {
	t.Parallel()
	taken := pictures.Turned(pictures.Photo(800, 600), 6)
	require.Contains(t, string(taken), "47.3769N")
	got := drawn(t, taken)
	for i, want := range [][]int{{300, 400}, {600, 800}} {
		require.NotContains(t, string(got.Sizes[i]), "47.3769N")
		require.NotContains(t, string(got.Sizes[i]), "Exif")
		config, _, err := image.DecodeConfig(bytes.NewReader(got.Sizes[i]))
		require.NoError(t, err)
		require.Equal(t, want, []int{config.Width, config.Height})
	}
	// Orientation 6 moves the left to the top. The left is dark, the right is red.
	upright, err := jpeg.Decode(bytes.NewReader(got.Sizes[1]))
	require.NoError(t, err)
	top, bottom := red(upright, image.Pt(300, 20)), red(upright, image.Pt(300, 780))
	require.Less(t, top, bottom)
}

// Each orientation puts the dark corner where the EXIF specification says, even if the picture is
// shrunk by more than half.
func TestOrientations(t *testing.T) {
	t.Parallel()
	pixels := image.NewNRGBA(image.Rect(0, 0, 400, 200))
	for x := range 400 {
		for y := range 200 {
			pixels.SetNRGBA(x, y, color.NRGBA{R: 250, G: 250, B: 250, A: 255})
			if x < 100 && y < 50 {
				pixels.SetNRGBA(x, y, color.NRGBA{A: 255})
			}
		}
	}
	var encoded bytes.Buffer
	require.NoError(t, jpeg.Encode(&encoded, pixels, nil))
	corners := []image.Point{image.Pt(2, 2), image.Pt(-2, 2), image.Pt(-2, -2), image.Pt(2, -2)} // clockwise
	for orientation, dark := range []int{0, 1, 2, 3, 0, 1, 2, 3} {
		whole, err := picture.Read(bytes.NewReader(pictures.Turned(encoded.Bytes(), uint16(orientation+1))), 100)
		require.NoError(t, err)
		var small bytes.Buffer
		require.NoError(t, whole.Write(&small, "image/jpeg"))
		upright, err := jpeg.Decode(&small)
		require.NoError(t, err)
		size := upright.Bounds().Size()
		require.Equal(t, orientation+1 >= 5, size.X < size.Y, "orientation %d", orientation+1)
		for i, corner := range corners {
			at := image.Pt((corner.X+size.X)%size.X, (corner.Y+size.Y)%size.Y)
			require.Equal(t, i == dark, red(upright, at) < 128, "orientation %d, corner %d", orientation+1, i)
		}
	}
}

// A picture's colour is its most frequent one, not a mix of all.
func TestColor(t *testing.T) {
	t.Parallel()
	pixels := image.NewRGBA(image.Rect(0, 0, 40, 40))
	for x := range 40 {
		for y := range 40 {
			shade := uint8(y % 4)
			if x < 24 {
				pixels.SetRGBA(x, y, color.RGBA{R: 200 + shade, G: 90 + shade, B: 40 + shade, A: 255})
			} else {
				pixels.SetRGBA(x, y, color.RGBA{B: 255, A: 255})
			}
		}
	}
	var encoded bytes.Buffer
	require.NoError(t, png.Encode(&encoded, pixels))
	require.Equal(t, "#c95b29", drawn(t, encoded.Bytes()).Color)
}

// A small picture isn't enlarged.
func TestSmallStaysSmall(t *testing.T) {
	t.Parallel()
	for _, size := range drawn(t, pictures.Photo(50, 30)).Sizes {
		config, _, err := image.DecodeConfig(bytes.NewReader(size))
		require.NoError(t, err)
		require.Equal(t, 50, config.Width)
	}
}

// Every drawn format yields the pixels that went in, in every encoding.
func TestFormats(t *testing.T) {
	t.Parallel()
	for name, content := range map[string][]byte{
		"baseline":    pictures.JPEG{Width: 90, Height: 60, Components: 3}.Encode(),
		"halved":      pictures.JPEG{Width: 90, Height: 60, Components: 3, Halved: true}.Encode(),
		"progressive": pictures.JPEG{Width: 90, Height: 60, Components: 3, Progressive: true, MoreScans: 12}.Encode(),
		"grey":        pictures.JPEG{Width: 90, Height: 60, Components: 1}.Encode(),
		"CMYK":        pictures.JPEG{Width: 90, Height: 60, Components: 4, Progressive: true}.Encode(),
		"PNG":         pictures.PNG{Width: 90, Height: 60, Depth: 8}.Encode(),
		"interlaced":  pictures.PNG{Width: 90, Height: 60, Depth: 16, Interlaced: true}.Encode(),
		"film":        pictures.Film(90, 60, 30),
		"WebP":        pictures.WebP(90, 60),
	} {
		whole, err := picture.Read(bytes.NewReader(content), 1200)
		require.NoError(t, err, name)
		var encoded bytes.Buffer
		require.NoError(t, whole.Write(&encoded, "image/jpeg"))
		config, err := jpeg.DecodeConfig(&encoded)
		require.NoError(t, err)
		require.Equal(t, []int{90, 60}, []int{config.Width, config.Height}, name)
	}
}

func photoFile(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return content
}

// A phone's photo is read upright: its left half is dark and its right half orange; in the one
// rotated anti-clockwise, the upper half is orange.
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
			pixels, err := jpeg.Decode(bytes.NewReader(drawn(t, photoFile(t, name)).Sizes[1]))
			require.NoError(t, err)
			require.Equal(t, want.size, pixels.Bounds().Size())
			require.InDelta(t, 40, red(pixels, want.dark), 12)
			require.InDelta(t, 200, red(pixels, want.orange), 12)
		})
	}
}

// claiming changes a photo's claimed size (ispe) but not its pixels.
func claiming(t *testing.T, photo []byte, width, height uint32) []byte {
	t.Helper()
	at := bytes.Index(photo, []byte("ispe"))
	require.Positive(t, at)
	larger := bytes.Clone(photo)
	binary.BigEndian.PutUint32(larger[at+8:], width)
	binary.BigEndian.PutUint32(larger[at+12:], height)
	return larger
}

// FuzzItemTransform checks that walking a photo's boxes ends, whatever they contain.
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

// Untrusted bytes never cause a panic.
func FuzzRead(f *testing.F) {
	f.Add([]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"))
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x10Exif\x00\x00II*\x00\xff\xff\xff\xff"))
	f.Fuzz(func(_ *testing.T, content []byte) { _, _ = picture.Read(bytes.NewReader(content), 1200) })
}
