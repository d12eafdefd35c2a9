package bleveindex

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"runtime/debug"

	"github.com/blevesearch/bleve/v2/index/scorch"
	index "github.com/blevesearch/bleve_index_api"
	segment "github.com/blevesearch/scorch_segment_api/v2"
)

// createGeneration creates an empty generation.
func (x *Index) createGeneration(name string) (*generation, error) {
	engine, err := openEngine(x.folder.path(name), x.queue)
	if err != nil {
		return nil, fmt.Errorf("create search index %s: %w", name, err)
	}
	return &generation{name: name, dir: x.folder.path(name), layout: x.layout, engine: engine}, nil
}

// openGeneration opens a generation and checks that it is complete. The engine trusts its files,
// and if it can't open the newest state it silently reverts to an older one, or to none.
func (x *Index) openGeneration(name string) (g *generation, err error) {
	// The engine maps its files into memory and panics on corrupt contents; a truncated file
	// faults. Turn both into errors.
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if cause := recover(); cause != nil {
			g, err = nil, fmt.Errorf("open search index %s: %v", name, cause)
		}
	}()
	if _, err := os.Stat(x.folder.path(name)); err != nil {
		return nil, fmt.Errorf("open search index %s: %w", name, err)
	}
	newest, err := newestSequence(x.folder.path(name))
	if err != nil {
		return nil, fmt.Errorf("open search index %s: %w", name, err)
	}
	g = &generation{name: name, dir: x.folder.path(name)}
	if g.engine, err = openEngine(g.dir, x.queue); err != nil {
		return nil, fmt.Errorf("open search index %s: %w", name, err)
	}
	if err := errors.Join(g.check(newest), g.readLayout(x.layout)); err != nil {
		return nil, errors.Join(fmt.Errorf("check search index %s: %w", name, err), g.engine.Close())
	}
	return g, nil
}

func openEngine(dir string, queue *index.AnalysisQueue) (index.Index, error) {
	engine, err := scorch.NewScorch(scorch.Name, map[string]any{"path": dir}, queue)
	if err != nil {
		return nil, fmt.Errorf("set up engine: %w", err)
	}
	if err := engine.Open(); err != nil {
		return nil, fmt.Errorf("open engine: %w", err)
	}
	return engine, nil
}

// newestSequence returns the sequence of the newest state on disk, nil if nothing was ever written.
func newestSequence(dir string) ([]byte, error) {
	points, err := scorch.RollbackPoints(dir)
	if err != nil {
		return nil, fmt.Errorf("look for the newest state: %w", err)
	}
	if len(points) == 0 {
		return nil, nil
	}
	return points[0].GetInternal([]byte(sequenceKey)), nil
}

// check compares the opened state with the newest one, verifies its files' checksums once, and
// adopts the sequence.
func (g *generation) check(newest []byte) error {
	view, err := g.view()
	if err != nil {
		return err
	}
	defer view.close()
	sequence, err := view.reader.GetInternal([]byte(sequenceKey))
	if err != nil {
		return fmt.Errorf("read sequence: %w", err)
	}
	if !bytes.Equal(sequence, newest) {
		return fmt.Errorf("opened at batch %x, the last one was %x", sequence, newest)
	}
	if len(sequence) == 8 {
		g.sequence = binary.BigEndian.Uint64(sequence)
	}
	snapshot, ok := view.reader.(*scorch.IndexSnapshot)
	if !ok {
		return fmt.Errorf("unexpected reader %T", view.reader)
	}
	for _, part := range snapshot.Segments() {
		file, ok := part.Segment().(segment.PersistedSegment)
		if !ok {
			continue
		}
		if err := checkFile(file.Path()); err != nil {
			return err
		}
	}
	return nil
}

var errChecksum = errors.New("wrong checksum")

// checkFile compares a segment file with the checksum at its end.
func checkFile(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("check segment: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return fmt.Errorf("check segment: %w", err)
	}
	in := bufio.NewReaderSize(file, 1<<16)
	sum := crc32.NewIEEE()
	if _, err := io.CopyN(sum, in, info.Size()-crc32.Size); err != nil {
		return fmt.Errorf("check segment %s: %w", path, err)
	}
	var want [crc32.Size]byte
	if _, err := io.ReadFull(in, want[:]); err != nil {
		return fmt.Errorf("check segment %s: %w", path, err)
	}
	if sum.Sum32() != binary.BigEndian.Uint32(want[:]) {
		return fmt.Errorf("check segment %s: %w", path, errChecksum)
	}
	return nil
}
