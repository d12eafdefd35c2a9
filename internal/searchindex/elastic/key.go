package elastic

import (
	"crypto/sha256"
	"encoding/base64"

	"larder.dev/internal/searchindex"
)

// maxKeyBytes is the longest _id that Elasticsearch accepts.
const maxKeyBytes = 512

// docKey identifies a document; an id alone is only unique within its owner.
type docKey struct{ owner, id string }

// String returns the _id. Owner and id can't contain the separator.
func (k docKey) String() string {
	plain := k.owner + "\x1f" + k.id
	if len(plain) <= maxKeyBytes {
		return plain
	}
	sum := sha256.Sum256([]byte(plain))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// newest returns each document's newest version; of equal ones the first, or the last with Again. A
// bulk request must not contain a document twice: the answers wouldn't tell which one failed.
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
