package transfer

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"larder.dev/internal/id"
	"larder.dev/recipe"
)

// maxLine is a recipe's limit over HTTP, too. In bytes.
const maxLine = 1 << 20

var (
	errLongLine = fmt.Errorf("the line has more than %d bytes", maxLine)
	errBadID    = errors.New("id: is no UUID")
)

// line is one recipe to be imported.
type line struct {
	number    int
	id        string
	chosen    bool // the line gives its id
	draft     recipe.Draft
	mark      recipe.Mark
	createdAt time.Time // zero if the line doesn't say
	unknown   []string  // ignored fields
}

// written is what a line is parsed into. Other fields are ignored and reported: the file may come
// from elsewhere.
type written struct {
	recipe.Draft

	ID        string          `json:"id"`
	CreatedAt json.RawMessage `json:"created_at"`
	Favourite json.RawMessage `json:"favourite"`
	Rating    json.RawMessage `json:"rating"`

	// Larder's own, which an export has and an import sets anew.
	Files     json.RawMessage `json:"files"`
	Version   json.RawMessage `json:"version"`
	UpdatedAt json.RawMessage `json:"updated_at"`
}

func parse(user string, text []byte) (line, error) {
	if err := checkUTF8(text); err != nil {
		return line{}, err
	}
	var w written
	if err := json.Unmarshal(text, &w); err != nil {
		return line{}, fmt.Errorf("read the JSON: %w", err)
	}
	l, err := fromDraft(user, w.ID, w.Draft)
	if err != nil {
		return line{}, err
	}
	l.createdAt, l.mark, l.unknown = timeOf(w.CreatedAt), w.mark(), unknownFields(text)
	return l, nil
}

// mark returns what the line says of favourite and rating. In a file from elsewhere they may be
// anything; what isn't a mark of ours is none.
func (w *written) mark() recipe.Mark {
	var m recipe.Mark
	if json.Unmarshal(w.Favourite, &m.Favourite) != nil {
		m.Favourite = false
	}
	if json.Unmarshal(w.Rating, &m.Rating) != nil {
		m.Rating = nil
	}
	return m.Known()
}

// fromDraft returns a draft as stored, with the given id or one of its own.
func fromDraft(user, given string, draft recipe.Draft) (line, error) {
	kept, sent, err := clean(draft)
	if err != nil {
		return line{}, err
	}
	id, err := idOf(user, given, sent)
	if err != nil {
		return line{}, err
	}
	return line{id: id, chosen: given != "", draft: kept}, nil
}

// checkUTF8 refuses a line that isn't UTF-8: interpreting it in another encoding would be a guess.
func checkUTF8(text []byte) error {
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && size == 1 {
			return fmt.Errorf("the line is not valid UTF-8: byte 0x%02X at %d", text[at], at+1)
		}
		at += size
	}
	return nil
}

// clean returns the draft as stored, mended, and as sent, from which its id is derived: a file
// imported before mending existed must map to the same recipes.
func clean(draft recipe.Draft) (kept, sent recipe.Draft, err error) {
	sent, err = draft.Clean()
	mended, changed := mend(draft)
	if !changed {
		return sent, sent, err
	}
	kept, mendedErr := mended.Clean()
	if err != nil {
		sent = kept
	}
	return kept, sent, mendedErr
}

// idOf derives an id from the content if none is given, so that the same recipe is recognised.
func idOf(user, given string, draft recipe.Draft) (string, error) {
	if given != "" {
		lower := strings.ToLower(given)
		if !id.Is(lower) {
			return "", errBadID
		}
		return lower, nil
	}
	namespace, err := uuid.Parse(user)
	if err != nil {
		return "", fmt.Errorf("read the user's id: %w", err)
	}
	content, err := recipe.Encode(contentOf(draft))
	if err != nil {
		return "", err
	}
	return uuid.NewSHA1(namespace, content).String(), nil
}

func timeOf(text json.RawMessage) time.Time {
	var t time.Time
	if err := json.Unmarshal(text, &t); err != nil {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Microsecond)
}

// lineReader reads lines, holding at most maxLine of one.
type lineReader struct {
	from   *bufio.Reader
	number int
}

func newLineReader(from io.Reader) *lineReader {
	return &lineReader{from: bufio.NewReaderSize(from, 64<<10)}
}

// next returns the next line without surrounding space. The errors are io.EOF, errLongLine, after
// which it can continue, and read errors.
func (r *lineReader) next() ([]byte, error) {
	var text []byte
	long := false
	for {
		part, err := r.from.ReadSlice('\n')
		if long = long || len(text)+len(part) > maxLine; !long {
			text = append(text, part...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if errors.Is(err, io.EOF) && len(text) == 0 && !long {
			return nil, io.EOF
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("read line %d: %w", r.number+1, err)
		}
		break
	}
	r.number++
	if long {
		return nil, errLongLine
	}
	if r.number == 1 {
		text = bytes.TrimPrefix(text, []byte("\ufeff"))
	}
	return bytes.TrimSpace(text), nil
}
