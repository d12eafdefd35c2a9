package picture_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/file-service/internal/picture"
)

func photo(t *testing.T, width, height int) []byte {
	t.Helper()
	pixels := image.NewRGBA(image.Rect(0, 0, width, height))
	for x := range width {
		for y := range height {
			pixels.Set(x, y, color.RGBA{R: uint8(x * 255 / width), A: 255})
		}
	}
	var encoded bytes.Buffer
	require.NoError(t, jpeg.Encode(&encoded, pixels, nil))
	return encoded.Bytes()
}

// withExif puts an EXIF segment with an orientation, and a mark that stands for a location, behind the start.
func withExif(photo []byte, orientation uint16) []byte {
	tiff := []byte("II*\x00\x08\x00\x00\x00\x01\x00")
	tiff = binary.LittleEndian.AppendUint16(tiff, 0x0112)
	tiff = binary.LittleEndian.AppendUint16(tiff, 3)
	tiff = binary.LittleEndian.AppendUint32(tiff, 1)
	tiff = binary.LittleEndian.AppendUint32(tiff, uint32(orientation))
	tiff = append(tiff, 0, 0, 0, 0)
	tiff = append(tiff, "47.3769N"...)
	segment := append([]byte("Exif\x00\x00"), tiff...)
	out := append([]byte{}, photo[:2]...)
	out = append(out, 0xff, 0xe1)
	out = binary.BigEndian.AppendUint16(out, uint16(len(segment)+2))
	out = append(out, segment...)
	return append(out, photo[2:]...)
}

// A picture that was taken sideways stands upright in every size, and nothing of its EXIF is in there.
func TestUprightWithoutExif(t *testing.T) {
	t.Parallel()
	taken := withExif(photo(t, 800, 600), 6)
	require.Contains(t, string(taken), "47.3769N")
	whole, err := picture.Read(bytes.NewReader(taken))
	require.NoError(t, err)
	for _, mediaType := range []string{"image/jpeg", "image/webp"} {
		var encoded bytes.Buffer
		require.NoError(t, whole.Fit(400).Write(&encoded, mediaType))
		require.NotContains(t, encoded.String(), "47.3769N")
		require.NotContains(t, encoded.String(), "Exif")
		config, _, err := image.DecodeConfig(bytes.NewReader(encoded.Bytes()))
		require.NoError(t, err)
		require.Equal(t, []int{300, 400}, []int{config.Width, config.Height}, mediaType)
	}
	// Orientation 6: what was left is at the top. The left is dark, the right is red.
	var encoded bytes.Buffer
	require.NoError(t, whole.Fit(400).Write(&encoded, "image/jpeg"))
	upright, err := jpeg.Decode(&encoded)
	require.NoError(t, err)
	red := func(x, y int) uint8 { return color.RGBAModel.Convert(upright.At(x, y)).(color.RGBA).R }
	top, bottom := red(150, 10), red(150, 390)
	require.Less(t, top, bottom)
}

// The colour of a picture is the one that most of it has, and not what its colours are when mixed.
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
	whole, err := picture.Read(bytes.NewReader(encoded.Bytes()))
	require.NoError(t, err)
	require.Equal(t, "#c95b29", whole.Color())
}

// A small picture isn't blown up.
func TestSmallStaysSmall(t *testing.T) {
	t.Parallel()
	whole, err := picture.Read(bytes.NewReader(photo(t, 50, 30)))
	require.NoError(t, err)
	var encoded bytes.Buffer
	require.NoError(t, whole.Fit(400).Write(&encoded, "image/jpeg"))
	config, err := jpeg.DecodeConfig(&encoded)
	require.NoError(t, err)
	require.Equal(t, 50, config.Width)
}

// A picture that claims more pixels or frames than any camera makes is refused before it is decoded.
func TestBombs(t *testing.T) {
	t.Parallel()
	var small bytes.Buffer
	require.NoError(t, png.Encode(&small, image.NewGray(image.Rect(0, 0, 1, 1))))
	bomb := bytes.Clone(small.Bytes())
	binary.BigEndian.PutUint32(bomb[16:], 25_000)
	binary.BigEndian.PutUint32(bomb[20:], 25_000)
	binary.BigEndian.PutUint32(bomb[29:], crc32.ChecksumIEEE(bomb[12:29]))
	_, err := picture.Read(bytes.NewReader(bomb))
	require.ErrorIs(t, err, picture.ErrBomb)

	film := &gif.GIF{}
	for range 1001 {
		film.Image = append(film.Image, image.NewPaletted(image.Rect(0, 0, 1, 1), color.Palette{color.Black, color.White}))
		film.Delay = append(film.Delay, 0)
	}
	var encoded bytes.Buffer
	require.NoError(t, gif.EncodeAll(&encoded, film))
	_, err = picture.Read(bytes.NewReader(encoded.Bytes()))
	require.ErrorIs(t, err, picture.ErrBomb)
	film.Image, film.Delay = film.Image[:900], film.Delay[:900]
	encoded.Reset()
	require.NoError(t, gif.EncodeAll(&encoded, film))
	_, err = picture.Read(bytes.NewReader(encoded.Bytes()))
	require.NoError(t, err)
}

// Bytes from outside never panic.
func FuzzRead(f *testing.F) {
	f.Add([]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"))
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x10Exif\x00\x00II*\x00\xff\xff\xff\xff"))
	f.Fuzz(func(_ *testing.T, content []byte) { _, _ = picture.Read(bytes.NewReader(content)) })
}
