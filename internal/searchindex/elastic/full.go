package elastic

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"larder.dev/internal/fulldisk"
)

// kindBlocked is the rejection by a write-blocked index. Its reason contains floodStage if
// Elasticsearch set the block because its disk exceeds the last watermark. It lifts the block
// itself once there is space.
const (
	kindBlocked = "cluster_block_exception"
	floodStage  = "flood-stage"
)

func isFull(err error) bool {
	var answered *statusError
	return errors.As(err, &answered) && answered.kind == kindBlocked && strings.Contains(answered.reason, floodStage)
}

// Room returns an error that is a fulldisk.Err while Elasticsearch blocks writes to the index for
// lack of space.
func (x *Index) Room(ctx context.Context) error {
	done, err := x.use()
	if err != nil {
		return err
	}
	defer done()
	var indices map[string]struct {
		Settings map[string]string `json:"settings"`
	}
	flat := true
	const block = "index.blocks.read_only_allow_delete"
	if err := x.call(ctx, esapi.IndicesGetSettingsRequest{
		Index: []string{x.alias + "*"}, Name: []string{block}, FlatSettings: &flat,
	}, &indices); err != nil {
		return fmt.Errorf("look for room at %s: %w", x.alias, err)
	}
	for name, index := range indices {
		if index.Settings[block] == "true" {
			return fmt.Errorf("%w: Elasticsearch lets nothing be written to %s", fulldisk.Err, name)
		}
	}
	return nil
}
