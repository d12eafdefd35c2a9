package searchindex

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"

	"larder.dev/internal/wordfold"
)

// A cursor is the position of a page's last hit, preceded by a fingerprint of its query. It holds
// no count and nothing specific to an index, so any implementation can continue where another
// stopped.
//
//	format (1 byte) | fingerprint (8 bytes) | tier (1 byte) | key | 0 | id
const (
	cursorFormat     = 3 // 1 predates parts of words and multiple tags, 2 foods and orders
	fingerprintBytes = 8
	cursorHeadBytes  = 1 + fingerprintBytes + 1
	maxCursorBytes   = cursorHeadBytes + wordfold.MaxKeyBytes + 1 + maxNameBytes
)

// Cursor returns the cursor of the page that follows the hit at last.
func (p Plan) Cursor(last Position) string {
	b := make([]byte, 0, cursorHeadBytes+len(last.Key)+1+len(last.ID))
	b = append(b, cursorFormat)
	b = append(b, p.fingerprint()...)
	b = append(b, byte(last.Tier))
	b = append(b, last.Key...)
	b = append(b, 0)
	b = append(b, last.ID...)
	return base64.RawURLEncoding.EncodeToString(b)
}

func (p Plan) decodeCursor(cursor string) (Position, error) {
	if len(cursor) > base64.RawURLEncoding.EncodedLen(maxCursorBytes) {
		return Position{}, fmt.Errorf("%w: too long", ErrBadCursor)
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil {
		return Position{}, fmt.Errorf("%w: %w", ErrBadCursor, err)
	}
	if len(b) < cursorHeadBytes || b[0] != cursorFormat {
		return Position{}, fmt.Errorf("%w: unknown format", ErrBadCursor)
	}
	if !bytes.Equal(b[1:1+fingerprintBytes], p.fingerprint()) {
		return Position{}, fmt.Errorf("%w: of another query", ErrBadCursor)
	}
	key, id, _ := strings.Cut(string(b[cursorHeadBytes:]), "\x00")
	after := Position{Tier: int(b[cursorHeadBytes-1]), Key: key, ID: id}
	if after.Tier < TierExact || after.Tier > TierPart || !IsName(id) || (key != "" && !IsName(key)) {
		return Position{}, fmt.Errorf("%w: no position", ErrBadCursor)
	}
	return after, nil
}

// fingerprint distinguishes queries. It is no signature: a forged cursor only moves its forger
// within their own documents.
func (p Plan) fingerprint() []byte {
	h := sha256.New()
	write := func(part string) { fmt.Fprintf(h, "%d:%s", len(part), part) }
	write(p.Owner)
	for _, list := range [][]string{p.Tags, p.With, p.Without} {
		fmt.Fprintf(h, "%d of", len(list))
		for _, each := range list {
			write(each)
		}
	}
	fmt.Fprintf(h, "%d minutes", p.MaxMinutes)
	if p.Favourite {
		write("favourites")
	}
	write(string(p.Order))
	for _, term := range p.Terms {
		write(term.String())
	}
	return h.Sum(nil)[:fingerprintBytes]
}
