// Package homeassistant adds requested items to a to-do list in Home Assistant, through its REST
// API (developers.home-assistant.io/docs/api/rest, the actions todo.get_items and todo.add_item).
package homeassistant

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"larder.dev/events"
	"larder.dev/grocery-app/grocerybridge/internal/target"
)

// List is a to-do list in Home Assistant. The list must support descriptions, as those of the Local
// To-do integration do: the last line of an item's description identifies the request and item. So
// nothing is added twice while it is on the list, ticked or not; an item removed from the list is
// added again if its event is redelivered.
type List struct {
	url    string // of the server, without a trailing slash
	header http.Header
	entity string
	client *http.Client
}

// New returns a list. token is a long-lived access token, entity an id like "todo.shopping".
func New(url, token, entity string) *List {
	return &List{
		url:    strings.TrimSuffix(url, "/"),
		header: http.Header{"Authorization": {"Bearer " + token}, "User-Agent": {"larder-grocery-bridge"}},
		entity: entity,
		client: target.NewClient(),
	}
}

// Take adds a request's items that aren't on the list yet. Erasing a user doesn't change the list,
// which belongs to the household.
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
			return fmt.Errorf("add item %d of request %s to the list %s: %w", i, grocery.RequestID, l.entity, l.because(ctx, err))
		}
	}
	return nil
}

// because looks for a problem with the list after it refused an item, as nothing in the event
// should make it refuse.
func (l *List) because(ctx context.Context, err error) error {
	if !errors.Is(err, target.ErrRefused) {
		return err
	}
	if wrong := l.Check(ctx); wrong != nil && ctx.Err() == nil {
		return wrong
	}
	return err
}

// Required features, as bits of Home Assistant's TodoListEntityFeature.
const (
	createsItems      = 1
	keepsDescriptions = 64
)

// state is the server's description of an entity.
type state struct {
	State      string `json:"state"`
	Attributes struct {
		Features int `json:"supported_features"`
	} `json:"attributes"`
}

// Check checks that the list exists, that the token may use it, and that it supports descriptions.
// If the server doesn't describe the entity, it tries to read the list's items, which is what
// counts.
func (l *List) Check(ctx context.Context) error {
	body, err := target.Get(ctx, l.client, l.url+"/api/states/"+l.entity, l.header)
	if errors.Is(err, target.ErrNotThere) {
		if _, err := l.marks(ctx); err == nil || target.ProblemOf(err) == target.Unauthorized {
			return err
		}
	}
	if err != nil {
		return fmt.Errorf("look for the list %s: %w", l.entity, err)
	}
	var is state
	if err := json.Unmarshal(body, &is); err != nil {
		return fmt.Errorf("understand the state of %s: %w", l.entity, err)
	}
	if is.State == "unavailable" {
		return fmt.Errorf("the list %s is unavailable in Home Assistant", l.entity) //nolint:err113 // for a person
	}
	if is.Attributes.Features&createsItems == 0 || is.Attributes.Features&keepsDescriptions == 0 {
		return fmt.Errorf("the list %s takes no new items or keeps no descriptions (supported_features %d); one of Local To-do does: %w",
			l.entity, is.Attributes.Features, target.ErrIncapable)
	}
	return nil
}

// answer is the result of todo.get_items, by entity.
type answer struct {
	ServiceResponse map[string]struct {
		Items []struct {
			Description string `json:"description"`
		} `json:"items"`
	} `json:"service_response"`
}

// marks returns the last lines of the descriptions on the list.
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
		return nil, fmt.Errorf("there is no list %s in the answer: %w", l.entity, target.ErrNotThere)
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
