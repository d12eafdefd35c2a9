package elastic

import (
	"crypto/sha256"
	"encoding/base64"

	"larder.dev/internal/searchindex"
)

// maxKeyBytes is the longest _id that Elasticsearch takes.
const maxKeyBytes = 512

// docKey tells documents apart; an id alone belongs to one owner only.
type docKey struct{ owner, id string }

// String returns the _id. Owner and id can't hold the separator.
func (k docKey) String() string {
	plain := k.owner + "\x1f" + k.id
	if len(plain) <= maxKeyBytes {
		return plain
	}
	sum := sha256.Sum256([]byte(plain))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// newest returns the newest version of each document; of equal ones the first, or
// the last that says Again.
// One bulk request must not hold two of a document: which of them failed could
// not be told from the answers.
func newest(docs []searchindex.Document) ([]searchindex.Document, error) {
	at := make(map[docKey]int, len(docs))
	kept := make([]searchindex.Document, 0, len(docs))
	for _, doc := range docs {
		if err := doc.Validate(); err != nil {
			return nil, err
		}
		key := docKey{doc.Owner, doc.ID}
		i, seen := at[key]
		switch {
		case !seen:
			at[key] = len(kept)
			kept = append(kept, doc)
		case doc.Newer(kept[i].Version):
			kept[i] = doc
		}
	}
	return kept, nil
}
