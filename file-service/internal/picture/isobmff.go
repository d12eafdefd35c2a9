package picture

import "encoding/binary"

// itemTransform gives the EXIF orientation that the properties of an AVIF's picture say (irot and imir, ISO/IEC
// 23008-12, sections 6.5.10 and 6.5.12), 1 (as it is) to 8. EXIF itself doesn't count there. Its decoder leaves this to
// whoever shows the picture.
func itemTransform(photo []byte) int {
	const fullBoxHead = 4
	meta := mediaBoxes(photo).find("meta")
	if len(meta) < fullBoxHead {
		return 1
	}
	properties := meta[fullBoxHead:].find("iprp").find("ipco")
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

// mediaBoxes are those of an ISO base media file (ISO/IEC 14496-12, section 4.2), one behind the other.
type mediaBoxes []byte

// find gives the content of the first box of this type; nothing where there is none, or where the file is broken off.
func (b mediaBoxes) find(kind string) mediaBoxes {
	const head, largeHead = 8, 16
	for len(b) >= head {
		size, start := uint64(binary.BigEndian.Uint32(b)), uint64(head)
		switch {
		case size == 0: // up to the end
			size = uint64(len(b))
		case size == 1 && len(b) >= largeHead:
			size, start = binary.BigEndian.Uint64(b[head:]), largeHead
		}
		if size < start || size > uint64(len(b)) {
			return nil
		}
		if string(b[4:8]) == kind {
			return b[start:size]
		}
		b = b[size:]
	}
	return nil
}
