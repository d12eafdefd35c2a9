package picture

import "fmt"

// Colours are counted in boxes of 32 levels a side: what people see as one colour mostly falls into
// one box.
const (
	boxBits = 3
	boxes   = 1 << (3 * boxBits)
)

// Color returns the picture's most frequent colour as lower-case #rrggbb: the mean of the fullest
// of 512 boxes of the RGB cube. It examines every pixel, so call it on a small picture.
func (p *Picture) Color() string {
	var count, red, green, blue [boxes]uint64
	fullest := 0
	bounds := p.pixels.Bounds()
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			r, g, b, _ := p.pixels.At(x, y).RGBA() // 16 bits each
			box := int(r>>(16-boxBits)<<(2*boxBits) | g>>(16-boxBits)<<boxBits | b>>(16-boxBits))
			count[box]++
			red[box] += uint64(r >> 8)
			green[box] += uint64(g >> 8)
			blue[box] += uint64(b >> 8)
			if count[box] > count[fullest] {
				fullest = box
			}
		}
	}
	n := max(count[fullest], 1)
	return fmt.Sprintf("#%02x%02x%02x", red[fullest]/n, green[fullest]/n, blue[fullest]/n)
}
