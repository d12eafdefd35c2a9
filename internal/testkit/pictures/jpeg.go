// Package pictures creates pictures for tests: ordinary ones, and ones that cost a decoder as much
// as possible. A few kilobytes of them decode to a gigabyte.
package pictures

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
)

// Photo is a JPEG as a camera produces it: dark at the left, red at the right.
func Photo(width, height int) []byte {
	pixels := image.NewRGBA(image.Rect(0, 0, width, height))
	for x := range width {
		for y := range height {
			pixels.SetRGBA(x, y, color.RGBA{R: uint8(x * 255 / width), A: 255})
		}
	}
	var encoded bytes.Buffer
	if err := jpeg.Encode(&encoded, pixels, nil); err != nil {
		panic(err) // writes to memory
	}
	return encoded.Bytes()
}

// Turned inserts an EXIF segment with an orientation, and a mark that stands for a location, after
// a JPEG's start.
func Turned(photo []byte, orientation uint16) []byte {
	tiff := []byte("II*\x00\x08\x00\x00\x00\x01\x00")
	tiff = binary.LittleEndian.AppendUint16(tiff, 0x0112)
	tiff = binary.LittleEndian.AppendUint16(tiff, 3)
	tiff = binary.LittleEndian.AppendUint32(tiff, 1)
	tiff = binary.LittleEndian.AppendUint32(tiff, uint32(orientation))
	tiff = append(tiff, 0, 0, 0, 0)
	tiff = append(tiff, "47.3769N"...)
	segment := append([]byte("Exif\x00\x00"), tiff...)
	return bytes.Join([][]byte{photo[:2], jpegSegment(0xe1, segment), photo[2:]}, nil)
}

// JPEG is one whose pixels are all the same grey, in as few bytes as possible.
type JPEG struct {
	Width, Height int
	Components    int  // 1 grey, 3 YCbCr, 4 CMYK
	Halved        bool // chroma at half the resolution, as cameras do (4:2:0)
	Progressive   bool
	// MoreScans adds scans over all pixels. For a progressive JPEG.
	MoreScans int
}

// Encode returns the JPEG's bytes.
func (j JPEG) Encode() []byte {
	const oneTable = "\x00" // 0 for 8 bits, and the table's number
	parts := [][]byte{{0xff, 0xd8}}
	if j.Components == 4 {
		parts = append(parts, jpegSegment(0xee, []byte("Adobe\x00\x64\x00\x00\x00\x00\x00")))
	}
	parts = append(parts,
		jpegSegment(0xdb, append([]byte(oneTable), bytes.Repeat([]byte{1}, 64)...)),
		j.frame(),
		// One code of one bit, 0: no difference, or no more coefficients. With AC tables, 14 more
		// bits give the number of blocks (EOB14).
		jpegSegment(0xc4, huffman(0x00, 0x00)),
		jpegSegment(0xc4, huffman(0x10, j.endOfBand())),
		j.scan(0, j.lastOfFirst(), j.Components), j.firstScan(),
	)
	for range j.MoreScans {
		parts = append(parts, j.scan(1, 63, 1), j.emptyScan())
	}
	return bytes.Join(append(parts, []byte{0xff, 0xd9}), nil)
}

func (j JPEG) endOfBand() byte {
	if j.Progressive {
		return 0xe0
	}
	return 0
}

func (j JPEG) lastOfFirst() byte {
	if j.Progressive {
		return 0
	}
	return 63
}

func (j JPEG) frame() []byte {
	marker := byte(0xc0)
	if j.Progressive {
		marker = 0xc2
	}
	content := []byte{8}
	content = binary.BigEndian.AppendUint16(content, uint16(j.Height))
	content = binary.BigEndian.AppendUint16(content, uint16(j.Width))
	content = append(content, byte(j.Components))
	for i := range j.Components {
		sampling := byte(0x11)
		if j.Halved && i == 0 {
			sampling = 0x22
		}
		content = append(content, byte(i+1), sampling, 0)
	}
	return jpegSegment(marker, content)
}

func (j JPEG) scan(first, last byte, components int) []byte {
	content := []byte{byte(components)}
	for i := range components {
		content = append(content, byte(i+1), 0)
	}
	return jpegSegment(0xda, append(content, first, last, 0))
}

// firstScan has a bit per block, and another if the same scan has all its coefficients.
func (j JPEG) firstScan() []byte {
	blocks := ((j.Width + 15) / 16 * 2) * ((j.Height + 15) / 16 * 2) * j.Components
	return make([]byte, blocks*2/8+8)
}

// emptyScan says that all blocks of the first component are empty, in runs of 32,767: the code, and
// 14 bits that are all set, with a 0 after each 0xff.
func (j JPEG) emptyScan() []byte {
	blocks := ((j.Width + 7) / 8) * ((j.Height + 7) / 8)
	var bits bitWriter
	for ; blocks > 0; blocks -= 1<<15 - 1 {
		bits.write(0, 1)
		bits.write(1<<14-1, 14)
	}
	return bits.stuffed()
}

type bitWriter struct {
	bytes []byte
	free  int // unused bits of the last byte
}

func (b *bitWriter) write(value uint32, count int) {
	for count--; count >= 0; count-- {
		if b.free == 0 {
			b.bytes, b.free = append(b.bytes, 0), 8
		}
		b.free--
		b.bytes[len(b.bytes)-1] |= byte(value>>count&1) << b.free
	}
}

func (b *bitWriter) stuffed() []byte {
	return bytes.ReplaceAll(b.bytes, []byte{0xff}, []byte{0xff, 0})
}

// huffman is a table with one code of one bit.
func huffman(class, symbol byte) []byte {
	counts := make([]byte, 16)
	counts[0] = 1
	return append(append([]byte{class}, counts...), symbol)
}

func jpegSegment(marker byte, content []byte) []byte {
	segment := binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(content)+2))
	return append(segment, content...)
}
