package picture

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// maxScans limits a decoder's passes over a progressive JPEG. Real programs write about ten.
const maxScans = 100

// Markers of a JPEG (ITU-T T.81, table B.1).
const (
	jpegBaseline    = 0xc0
	jpegExtended    = 0xc1
	jpegProgressive = 0xc2
	jpegRestart0    = 0xd0
	jpegRestart7    = 0xd7
	jpegStart       = 0xd8
	jpegEnd         = 0xd9
	jpegScan        = 0xda
	jpegApp14       = 0xee
)

const jpegBlock = 8 // pixels a side

// jpegWalk visits a JPEG's markers as its decoder does, without decoding.
type jpegWalk struct {
	in    *bufio.Reader
	frame jpegFrame
	adobe bool // its segment defines the colour transform
	scans int
}

// jpegFrame is a frame header (T.81, B.2.2).
type jpegFrame struct {
	marker        byte
	width, height int
	sampling      []byte // per component, horizontal and vertical in four bits each
	names         string // component ids
}

// examineJPEG: the decoder holds each component's samples, plus four bytes per sample if
// progressive, and all pixels again at four bytes each if the colours aren't YCbCr.
func examineJPEG(from io.Reader) (header, error) {
	walk := jpegWalk{in: bufio.NewReader(from)}
	err := walk.toEnd()
	if walk.frame.marker == 0 {
		return header{}, errors.Join(errors.New("no frame"), err)
	}
	if walk.scans > maxScans {
		return header{}, fmt.Errorf("%d scans: %w", walk.scans, ErrBomb)
	}
	// Leave truncation for the decoder to judge.
	head := header{format: formatJPEG, width: walk.frame.width, height: walk.frame.height}
	head.moreBytes, err = walk.frame.samples()
	if err != nil {
		return header{}, err
	}
	if walk.frame.marker == jpegProgressive {
		head.moreBytes *= 5
	}
	if len(walk.frame.sampling) == 4 || walk.adobe || walk.frame.names == "RGB" {
		head.pixelBytes = 4
	}
	return head, nil
}

// samples counts the samples of all components, each padded to whole blocks.
func (f jpegFrame) samples() (int64, error) {
	across, down := 1, 1
	for _, sampling := range f.sampling {
		across, down = max(across, int(sampling>>4)), max(down, int(sampling&15))
	}
	if len(f.sampling) == 0 || across > 4 || down > 4 {
		return 0, errors.New("no known sampling")
	}
	units := int64((f.width+jpegBlock*across-1)/(jpegBlock*across)) * int64((f.height+jpegBlock*down-1)/(jpegBlock*down))
	samples := int64(0)
	for _, sampling := range f.sampling {
		samples += units * jpegBlock * jpegBlock * int64(sampling>>4) * int64(sampling&15)
	}
	return samples, nil
}

func (w *jpegWalk) toEnd() error {
	for w.scans <= maxScans {
		marker, err := w.next()
		if err != nil {
			return err
		}
		switch {
		case marker == jpegEnd:
			return nil
		case marker == jpegStart, marker >= jpegRestart0 && marker <= jpegRestart7:
			continue
		case marker == jpegScan:
			w.scans++
		}
		if err := w.segment(marker); err != nil {
			return err
		}
	}
	return nil
}

// next finds a marker: it follows 0xff, which inside scan data is followed by 0.
func (w *jpegWalk) next() (byte, error) {
	for {
		if _, err := w.in.ReadSlice(0xff); err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return 0, err
		} else if err != nil {
			continue
		}
		marker, err := w.in.ReadByte()
		for err == nil && marker == 0xff { // padding
			marker, err = w.in.ReadByte()
		}
		if err != nil || marker != 0 {
			return marker, err
		}
	}
}

func (w *jpegWalk) segment(marker byte) error {
	var length [2]byte
	if _, err := io.ReadFull(w.in, length[:]); err != nil {
		return err
	}
	rest := int(binary.BigEndian.Uint16(length[:])) - len(length)
	if rest < 0 {
		return errors.New("a segment without its length")
	}
	switch marker {
	case jpegBaseline, jpegExtended, jpegProgressive:
		return w.frameHeader(marker, rest)
	case jpegApp14:
		w.adobe = true
	}
	_, err := w.in.Discard(rest)
	return err
}

func (w *jpegWalk) frameHeader(marker byte, size int) error {
	const fixed, each = 6, 3
	content := make([]byte, size)
	if _, err := io.ReadFull(w.in, content); err != nil {
		return err
	}
	if size < fixed || w.frame.marker != 0 {
		return errors.New("no frame, or two")
	}
	w.frame = jpegFrame{
		marker: marker,
		height: int(binary.BigEndian.Uint16(content[1:])), width: int(binary.BigEndian.Uint16(content[3:])),
	}
	var names bytes.Buffer
	for rest := content[fixed:]; len(rest) >= each; rest = rest[each:] {
		names.WriteByte(rest[0])
		w.frame.sampling = append(w.frame.sampling, rest[1])
	}
	w.frame.names = names.String()
	return nil
}
