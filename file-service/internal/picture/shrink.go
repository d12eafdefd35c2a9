package picture

import (
	"image"
	"image/color"

	"golang.org/x/image/draw"
)

// shrink scales pixels to a longer edge of at most edge, on white, because JPEG has no
// transparency. It averages first, because the good filter takes 32 bytes for each pixel of a
// column and a row.
func shrink(pixels image.Image, edge int) *image.RGBA {
	width, height := pixels.Bounds().Dx(), pixels.Bounds().Dy()
	longer := max(width, height)
	if longer > edge {
		width, height = max(1, width*edge/longer), max(1, height*edge/longer)
	}
	if by := longer / edge; by > 1 {
		pixels = average(pixels, by)
	}
	small := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(small, small.Bounds(), image.White, image.Point{}, draw.Src)
	draw.CatmullRom.Scale(small, small.Bounds(), pixels, pixels.Bounds(), draw.Over, nil)
	return small
}

// average turns each square of by times by pixels into one.
func average(pixels image.Image, by int) *image.RGBA64 {
	from := deep(pixels)
	bounds := from.Bounds()
	small := image.NewRGBA64(image.Rect(0, 0, (bounds.Dx()+by-1)/by, (bounds.Dy()+by-1)/by))
	for y := range small.Rect.Max.Y {
		for x := range small.Rect.Max.X {
			square := image.Rect(x*by, y*by, (x+1)*by, (y+1)*by).Add(bounds.Min).Intersect(bounds)
			small.SetRGBA64(x, y, mean(from, square))
		}
	}
	return small
}

func mean(pixels image.RGBA64Image, square image.Rectangle) color.RGBA64 {
	var red, green, blue, alpha uint64
	for y := square.Min.Y; y < square.Max.Y; y++ {
		for x := square.Min.X; x < square.Max.X; x++ {
			c := pixels.RGBA64At(x, y)
			red, green, blue, alpha = red+uint64(c.R), green+uint64(c.G), blue+uint64(c.B), alpha+uint64(c.A)
		}
	}
	n := uint64(square.Dx()) * uint64(square.Dy())
	return color.RGBA64{R: uint16(red / n), G: uint16(green / n), B: uint16(blue / n), A: uint16(alpha / n)}
}

// deep returns the pixels in a form that allocates nothing per pixel. All decoders' pictures have
// it.
func deep(pixels image.Image) image.RGBA64Image {
	if from, ok := pixels.(image.RGBA64Image); ok {
		return from
	}
	copied := image.NewRGBA64(pixels.Bounds())
	draw.Draw(copied, copied.Rect, pixels, copied.Rect.Min, draw.Src)
	return copied
}

// turn turns the picture upright. It copies, so shrink the picture first.
func turn(pixels *image.RGBA, orientation int) *image.RGBA {
	width, height := pixels.Rect.Dx(), pixels.Rect.Dy()
	if orientation == 1 {
		return pixels
	}
	upright := image.NewRGBA(image.Rect(0, 0, width, height))
	if orientation >= 5 {
		upright = image.NewRGBA(image.Rect(0, 0, height, width))
	}
	for y := range upright.Rect.Max.Y {
		for x := range upright.Rect.Max.X {
			from := origin(orientation, x, y, width-1, height-1)
			upright.SetRGBA(x, y, pixels.RGBAAt(from.X, from.Y))
		}
	}
	return upright
}

// origin follows the table in section 4.6.4 of the EXIF specification 2.3: the positions of row 0
// and column 0.
func origin(orientation, x, y, right, bottom int) image.Point {
	switch orientation {
	case 2:
		return image.Pt(right-x, y)
	case 3:
		return image.Pt(right-x, bottom-y)
	case 4:
		return image.Pt(x, bottom-y)
	case 5:
		return image.Pt(y, x)
	case 6:
		return image.Pt(y, bottom-x)
	case 7:
		return image.Pt(right-y, bottom-x)
	default:
		return image.Pt(right-y, x)
	}
}
