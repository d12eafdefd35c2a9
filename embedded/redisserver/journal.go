package redisserver

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"larder.dev/internal/datadir"
)

// compactAbove is the size from which the journal is compacted if most of it is history.
const compactAbove = 1 << 20

// checksumWidth is the length of a line's checksum and the following space.
const checksumWidth = 9

// record is one journal line: changes that were made together.
type record struct {
	At      int64    `json:"at"` // Unix milliseconds
	Changes []change `json:"changes"`
}

// journal is the file of the kept keys and the state it encodes. Each line is a checksum and a
// record as JSON.
type journal struct {
	path  string
	log   *slog.Logger
	state *state

	file    *os.File
	size    int64 // of the valid part of the file
	compact int64 // the size at which to compact
	broken  bool  // a write failed; how the file ends is unknown
}

// openJournal reads the journal and compacts it. A last line cut off by a crash was never
// acknowledged and is dropped. Any other damage makes the whole journal worthless, since an ended
// session could come back: it is set aside and all sessions are forgotten.
func openJournal(path string, log *slog.Logger) (*journal, error) {
	opened := &journal{path: path, log: log, state: newState()}
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read journal of kept keys: %w", err)
	}
	if err := replay(text, opened.state); err != nil {
		damaged := path + ".damaged"
		log.Error("the journal of kept keys is damaged and was put aside; everybody has to log in again",
			"file", damaged, "cause", err)
		if err := os.Rename(path, damaged); err != nil {
			return nil, fmt.Errorf("put damaged journal aside: %w", err)
		}
		opened.state = newState()
	}
	if err := opened.rewrite(time.Now()); err != nil {
		return nil, err
	}
	return opened, nil
}

// replay applies a journal's lines to the state.
func replay(text []byte, state *state) error {
	for number := 1; len(text) > 0; number++ {
		line, rest, whole := bytes.Cut(text, []byte("\n"))
		if !whole {
			return nil // cut off by a crash
		}
		record, err := decode(line)
		if err != nil && len(rest) == 0 {
			return nil // disks reorder blocks: a line's end can be there without its middle
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", number, err)
		}
		state.apply(record.Changes, time.UnixMilli(record.At))
		text = rest
	}
	return nil
}

func encode(record record) ([]byte, error) {
	body, err := json.Marshal(record)
	if err != nil {
		return nil, fmt.Errorf("encode journal record: %w", err)
	}
	return fmt.Appendf(nil, "%08x %s\n", crc32.ChecksumIEEE(body), body), nil
}

func decode(line []byte) (record, error) {
	if len(line) < checksumWidth {
		return record{}, errors.New("too short")
	}
	body := line[checksumWidth:]
	if want := fmt.Sprintf("%08x ", crc32.ChecksumIEEE(body)); string(line[:checksumWidth]) != want {
		return record{}, errors.New("wrong checksum")
	}
	var decoded record
	if err := json.Unmarshal(body, &decoded); err != nil {
		return record{}, fmt.Errorf("decode journal record: %w", err)
	}
	return decoded, nil
}

// append writes the changes to the disk and applies them to the state. On error neither has them:
// if the end of the file is unknown, the next append rewrites it.
func (j *journal) append(changes []change, now time.Time) error {
	if j.broken || j.size > j.compact {
		if err := j.rewrite(now); err != nil {
			return err
		}
	}
	line, err := encode(record{At: now.UnixMilli(), Changes: changes})
	if err != nil {
		return err
	}
	if err := j.write(line); err != nil {
		j.broken = true
		return err
	}
	j.state.apply(changes, now)
	return nil
}

func (j *journal) write(line []byte) error {
	n, err := j.file.Write(line)
	j.size += int64(n)
	if err != nil {
		return fmt.Errorf("write journal of kept keys: %w", err)
	}
	if err := j.file.Sync(); err != nil {
		return fmt.Errorf("sync journal of kept keys: %w", err)
	}
	return nil
}

// rewrite replaces the file by one with only the live entries.
func (j *journal) rewrite(now time.Time) error {
	j.state.forgetExpired(now)
	var text []byte
	for name, entry := range j.state.living(now) {
		line, err := encode(record{At: now.UnixMilli(), Changes: entry.changes(name)})
		if err != nil {
			return err
		}
		text = append(text, line...)
	}
	if err := datadir.Write(j.path, text); err != nil {
		return fmt.Errorf("write journal of kept keys anew: %w", err)
	}
	file, err := os.OpenFile(j.path, os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		j.broken = true
		return fmt.Errorf("open journal of kept keys: %w", err)
	}
	if j.file != nil {
		_ = j.file.Close() // already replaced
	}
	j.file, j.size, j.broken = file, int64(len(text)), false
	j.compact = max(compactAbove, 2*j.size)
	return nil
}

func (j *journal) close() error {
	if j.file == nil {
		return nil
	}
	err := j.file.Close()
	j.file = nil
	if err != nil {
		return fmt.Errorf("close journal of kept keys: %w", err)
	}
	return nil
}
