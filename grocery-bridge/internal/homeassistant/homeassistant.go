// Package homeassistant puts what the feed asks for on a to-do list of Home Assistant, by its REST API
// (developers.home-assistant.io/docs/api/rest, the actions todo.get_items and todo.add_item).
package homeassistant

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"larder.dev/events"
	"larder.dev/grocery-bridge/internal/target"
)

// List is a to-do list of a Home Assistant. It must be one that keeps descriptions, as those of the integration Local
// To-do do: the last line of an item's description says which item of which request it is. So nothing is added twice
// while it is on the list, ticked or not; what somebody took off the list comes again if its event does.
type List struct {
	url    string // of the server, without a slash at the end
	header http.Header
	entity string
	client *http.Client
}

// New makes a list. The token is a long-lived access token, the entity as "todo.shopping".
func New(url, token, entity string) *List {
	return &List{
		url:    strings.TrimSuffix(url, "/"),
		header: http.Header{"Authorization": {"Bearer " + token}, "User-Agent": {"larder-grocery-bridge"}},
		entity: entity,
		client: target.NewClient(),
	}
}

// Take adds the items of a request that aren't on the list yet. A user who was erased leaves the list as it is: it is
// the household's.
func (l *List) Take(ctx context.Context, event events.Envelope) error {
	if event.Type != events.ItemsAdded {
		return nil
	}
	grocery, err := events.DecodeGrocery(event)
	if err != nil {
		return err
	}
	there, err := l.marks(ctx)
	if err != nil {
		return fmt.Errorf("read the list %s: %w", l.entity, err)
	}
	for i, item := range grocery.Items {
		mark := "larder:" + grocery.RequestID + "/" + strconv.Itoa(i)
		if there[mark] {
			continue
		}
		if err := l.add(ctx, item.Text, grocery.Recipe.Name+"\n"+mark); err != nil {
			return fmt.Errorf("add item %d of request %s to the list %s: %w", i, grocery.RequestID, l.entity, err)
		}
	}
	return nil
}

// answer is what todo.get_items gives, by entity.
type answer struct {
	ServiceResponse map[string]struct {
		Items []struct {
			Description string `json:"description"`
		} `json:"items"`
	} `json:"service_response"`
}

// marks gives the last lines of the descriptions on the list.
func (l *List) marks(ctx context.Context) (map[string]bool, error) {
	body, err := l.call(ctx, "get_items?return_response", map[string]any{
		"entity_id": l.entity, "status": []string{"needs_action", "completed"},
	})
	if err != nil {
		return nil, err
	}
	var got answer
	if err := json.Unmarshal(body, &got); err != nil {
		return nil, fmt.Errorf("understand the answer: %w", err)
	}
	list, ok := got.ServiceResponse[l.entity]
	if !ok {
		return nil, fmt.Errorf("there is no list %s in the answer", l.entity) //nolint:err113 // for a person
	}
	marks := make(map[string]bool, len(list.Items))
	for _, item := range list.Items {
		marks[item.Description[strings.LastIndexByte(item.Description, '\n')+1:]] = true
	}
	return marks, nil
}

func (l *List) add(ctx context.Context, text, description string) error {
	_, err := l.call(ctx, "add_item", map[string]any{"entity_id": l.entity, "item": text, "description": description})
	return err
}

func (l *List) call(ctx context.Context, action string, data map[string]any) ([]byte, error) {
	body, err := json.Marshal(data)
	if err != nil {
		return nil, fmt.Errorf("write the data of %s: %w", action, err)
	}
	return target.Post(ctx, l.client, l.url+"/api/services/todo/"+action, l.header, body)
}
