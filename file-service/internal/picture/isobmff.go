package picture

import (
	"encoding/binary"
	"iter"
)

// itemTransform returns the orientation in an AVIF's properties (irot and imir, ISO/IEC 23008-12,
// sections 6.5.10 and 6.5.12) as an EXIF value, 1 (as is) to 8. For AVIF, EXIF itself doesn't
// count, and the decoder leaves this to the caller.
func itemTransform(photo []byte) int {
	properties := itemProperties(photo)
	quarters, mirrored := 0, false
	if rotation := properties.find("irot"); len(rotation) > 0 {
		quarters = int(rotation[0] & 3) // anti-clockwise
	}
	if mirror := properties.find("imir"); len(mirror) > 0 {
		mirrored = true
		if mirror[0]&1 == 0 { // flipping vertically is flipping horizontally plus half a turn
			quarters += 2
		}
	}
	if mirrored {
		return [...]int{2, 7, 4, 5}[quarters%4]
	}
	return [...]int{1, 8, 3, 6}[quarters%4]
}

// itemProperties returns the properties of all pictures in a file, or nothing if there are none.
func itemProperties(photo []byte) mediaBoxes {
	const fullBoxHead = 4
	meta := mediaBoxes(photo).find("meta")
	if len(meta) < fullBoxHead {
		return nil
	}
	return meta[fullBoxHead:].find("iprp").find("ipco")
}

// hasDeepSamples reports whether one of an AVIF's pictures has samples of more than 8 bits
// (high_bitdepth of av1C, AV1 Codec ISO Media File Format Binding, section 2.3.3).
func hasDeepSamples(photo []byte) bool {
	const depthAt, deep = 2, 1 << 6
	for kind, configuration := range itemProperties(photo).all() {
		if kind == "av1C" && len(configuration) > depthAt && configuration[depthAt]&deep != 0 {
			return true
		}
	}
	return false
}

// mediaBoxes are consecutive boxes of an ISO base media file (ISO/IEC 14496-12, section 4.2).
type mediaBoxes []byte

// find returns the content of the first box of a type, or nothing if there is none or the file is
// truncated.
func (b mediaBoxes) find(kind string) mediaBoxes {
	for found, content := range b.all() {
		if found == kind {
			return content
		}
	}
	return nil
}

// all returns the boxes' types and contents, up to where the file is truncated.
func (b mediaBoxes) all() iter.Seq2[string, mediaBoxes] {
	return func(yield func(string, mediaBoxes) bool) {
		const head, largeHead = 8, 16
		for rest := b; len(rest) >= head; {
			size, start := uint64(binary.BigEndian.Uint32(rest)), uint64(head)
			switch {
			case size == 0: // up to the end
				size = uint64(len(rest))
			case size == 1 && len(rest) >= largeHead:
				size, start = binary.BigEndian.Uint64(rest[head:]), largeHead
			}
			if size < start || size > uint64(len(rest)) || !yield(string(rest[4:8]), rest[start:size]) {
				return
			}
			rest = rest[size:]
		}
	}
}
