package picture

import (
	"encoding/binary"
	"iter"
)

// itemTransform gives the EXIF orientation that the properties of an AVIF's picture say (irot and imir, ISO/IEC
// 23008-12, sections 6.5.10 and 6.5.12), 1 (as it is) to 8. EXIF itself doesn't count there. Its decoder leaves this to
// whoever shows the picture.
func itemTransform(photo []byte) int {
	properties := itemProperties(photo)
	quarters, mirrored := 0, false
	if rotation := properties.find("irot"); len(rotation) > 0 {
		quarters = int(rotation[0] & 3) // anti-clockwise
	}
	if mirror := properties.find("imir"); len(mirror) > 0 {
		mirrored = true
		if mirror[0]&1 == 0 { // top and bottom change places: as left and right do, turned by half
			quarters += 2
		}
	}
	if mirrored {
		return [...]int{2, 7, 4, 5}[quarters%4]
	}
	return [...]int{1, 8, 3, 6}[quarters%4]
}

// itemProperties are those of all pictures in a file; nothing where there are none.
func itemProperties(photo []byte) mediaBoxes {
	const fullBoxHead = 4
	meta := mediaBoxes(photo).find("meta")
	if len(meta) < fullBoxHead {
		return nil
	}
	return meta[fullBoxHead:].find("iprp").find("ipco")
}

// hasDeepSamples tells whether one of an AVIF's pictures has samples of more than 8 bits (high_bitdepth of av1C, AV1 Codec
// ISO Media File Format Binding, section 2.3.3).
func hasDeepSamples(photo []byte) bool {
	const depthAt, deep = 2, 1 << 6
	for kind, configuration := range itemProperties(photo).all() {
		if kind == "av1C" && len(configuration) > depthAt && configuration[depthAt]&deep != 0 {
			return true
		}
	}
	return false
}

// mediaBoxes are those of an ISO base media file (ISO/IEC 14496-12, section 4.2), one behind the other.
type mediaBoxes []byte

// find gives the content of the first box of this type; nothing where there is none, or where the file is broken off.
func (b mediaBoxes) find(kind string) mediaBoxes {
	for found, content := range b.all() {
		if found == kind {
			return content
		}
	}
	return nil
}

// all gives the types and contents of the boxes, as far as the file isn't broken off.
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
