package pictures

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/png"
)

// PNG is a black PNG.
type PNG struct {
	Width, Height int
	Depth         byte // bits per channel: 8 or 16, each with red, green, blue and alpha
	Interlaced    bool
}

// Encode returns the PNG's bytes.
func (p PNG) Encode() []byte {
	head := binary.BigEndian.AppendUint32(nil, uint32(p.Width))
	head = binary.BigEndian.AppendUint32(head, uint32(p.Height))
	interlaced := byte(0)
	if p.Interlaced {
		interlaced = 1
	}
	head = append(head, p.Depth, 6, 0, 0, interlaced)
	var packed bytes.Buffer
	writer, err := zlib.NewWriterLevel(&packed, zlib.BestSpeed)
	if err != nil {
		panic(err)
	}
	for _, pass := range p.passes() {
		row := make([]byte, 1+pass.X*int(p.Depth)/2)
		for range pass.Y {
			_, _ = writer.Write(row) // writes to memory
		}
	}
	_ = writer.Close()
	return bytes.Join([][]byte{
		[]byte("\x89PNG\r\n\x1a\n"), pngChunk("IHDR", head), pngChunk("IDAT", packed.Bytes()), pngChunk("IEND", nil),
	}, nil)
}

// passes are the sizes of its interlacing passes (PNG specification, section 8.2, Adam7).
func (p PNG) passes() []image.Point {
	if !p.Interlaced {
		return []image.Point{image.Pt(p.Width, p.Height)}
	}
	var sizes []image.Point
	for _, step := range [][4]int{
		{8, 8, 0, 0}, {8, 8, 4, 0}, {4, 8, 0, 4}, {4, 4, 2, 0}, {2, 4, 0, 2}, {2, 2, 1, 0}, {1, 2, 0, 1},
	} {
		across, down := (p.Width-step[2]+step[0]-1)/step[0], (p.Height-step[3]+step[1]-1)/step[1]
		if across > 0 && down > 0 {
			sizes = append(sizes, image.Pt(across, down))
		}
	}
	return sizes
}

func pngChunk(kind string, content []byte) []byte {
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(content)))
	chunk = append(append(chunk, kind...), content...)
	return binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
}

// Claiming changes a PNG's declared size, but not its pixels.
func Claiming(whole []byte, width, height uint32) []byte {
	claims := bytes.Clone(whole)
	binary.BigEndian.PutUint32(claims[16:], width)
	binary.BigEndian.PutUint32(claims[20:], height)
	binary.BigEndian.PutUint32(claims[29:], crc32.ChecksumIEEE(claims[12:29]))
	return claims
}

// Drawing is a small PNG with several colours.
func Drawing(width, height int) []byte {
	pixels := image.NewNRGBA(image.Rect(0, 0, width, height))
	for x := range width {
		for y := range height {
			pixels.SetNRGBA(x, y, color.NRGBA{R: uint8(x * 7), G: uint8(y * 5), B: uint8(x * y), A: uint8(255 - x)})
		}
	}
	var encoded bytes.Buffer
	if err := png.Encode(&encoded, pixels); err != nil {
		panic(err) // writes to memory
	}
	return encoded.Bytes()
}

// Film is a GIF with several frames.
func Film(width, height, frames int) []byte {
	film := &gif.GIF{}
	for n := range frames {
		frame := image.NewPaletted(image.Rect(0, 0, width, height), color.Palette{color.Black, color.White, color.RGBA{R: 200, A: 255}})
		for i := range frame.Pix {
			frame.Pix[i] = uint8((i + n) % 3)
		}
		film.Image, film.Delay = append(film.Image, frame), append(film.Delay, 1)
	}
	var encoded bytes.Buffer
	if err := gif.EncodeAll(&encoded, film); err != nil {
		panic(err) // writes to memory
	}
	return encoded.Bytes()
}

// WebP is a lossless WebP of a single colour, in some thirty bytes at any size: each of its five
// codes has one symbol, which takes no bits (WebP lossless bitstream, section 6.2).
func WebP(width, height int) []byte {
	var bits bitWriter
	put := func(value uint32, count int) { // the lowest bit comes first
		for i := range count {
			bits.write(value>>i&1, 1)
		}
	}
	put(uint32(width-1), 14)
	put(uint32(height-1), 14)
	put(0, 1+3) // no alpha, version
	put(0, 1)   // no transform
	put(0, 1)   // no colour cache
	put(0, 1)   // one code group
	for range 5 {
		put(1, 1) // a simple code
		put(0, 1) // with one symbol
		put(0, 1) // which is 0 or 1
		put(0, 1) // and it is 0
	}
	content := []byte{0x2f}
	for _, b := range append(bits.bytes, 0, 0) {
		content = append(content, reversed(b))
	}
	if len(content)%2 == 1 {
		content = append(content, 0)
	}
	chunk := binary.LittleEndian.AppendUint32([]byte("VP8L"), uint32(len(content)))
	chunk = append(chunk, content...)
	file := binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(chunk)+4))
	return append(append(file, "WEBP"...), chunk...)
}

func reversed(b byte) (mirrored byte) {
	for i := range 8 {
		mirrored |= b >> i & 1 << (7 - i)
	}
	return mirrored
}
