package projectors

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"larder.dev/internal/jetstream"
)

// Whoever has a rebuild compared is often another process than the one that does it, and alone has the ledger: the
// operator's command. It is told of the new view by a reply, and asks for it on a subject of that rebuild's own.

// controlBuilt is the subject of a new view.
const controlBuilt = "larder.control.projectors.built." // + what the reply says

// callerPatience is how long a new view waits to be asked for anything before it is given up: whoever was to compare it
// is gone.
const callerPatience = time.Minute

// ErrNobodyCompares is a rebuild whose caller was to compare it and isn't heard of.
var ErrNobodyCompares = errors.New("whoever was to compare the new view is gone")

// rebuildStep is a reply to a request for a rebuild.
type rebuildStep struct {
	Progress

	Built string `json:"built,omitempty"` // the view is built: the end of the subject that it is asked for on
}

// builtQuestion is a request for a new view.
type builtQuestion struct {
	Subjects []string `json:"subjects,omitempty"` // what is held of these?
	List     *command `json:"list,omitempty"`     // which subjects are held?
	Position bool     `json:"position,omitempty"` // how far is it?
	Opinion  *opinion `json:"opinion,omitempty"`  // it was compared
}

// opinion is what is thought of a new view.
type opinion struct {
	Refused string `json:"refused,omitempty"` // why; "" for one that may serve
}

// comparedByCaller lets whoever asked for a rebuild compare the new view.
func comparedByCaller(conn *jetstream.Conn, reply func(any) error) Compare {
	return func(ctx context.Context, view Built) error {
		id := rand.Text()
		said := make(chan opinion, 1)
		heard := make(chan struct{}, 1)
		stop, err := conn.Serve(controlBuilt+id, "", func(ctx context.Context, request []byte, answer func([]byte) error) error {
			select {
			case heard <- struct{}{}:
			default:
			}
			return answerBuilt(ctx, view, request, said, answer)
		})
		if err != nil {
			return err
		}
		defer stop()
		if err := reply(rebuildStep{Built: id}); err != nil {
			return err
		}
		return awaitOpinion(ctx, said, heard)
	}
}

func awaitOpinion(ctx context.Context, said <-chan opinion, heard <-chan struct{}) error {
	patience := time.NewTimer(callerPatience)
	defer patience.Stop()
	for {
		select {
		case v := <-said:
			if v.Refused != "" {
				return errors.New(v.Refused)
			}
			return nil
		case <-heard:
			patience.Reset(callerPatience)
		case <-patience.C:
			return ErrNobodyCompares
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func answerBuilt(ctx context.Context, view Built, request []byte, said chan<- opinion, answer func([]byte) error) error {
	var (
		q      builtQuestion
		result any
		err    error
	)
	if err := json.Unmarshal(request, &q); err != nil {
		return fmt.Errorf("read a question about a new view: %w", err)
	}
	switch {
	case q.Opinion != nil:
		select {
		case said <- *q.Opinion:
		default: // said before
		}
	case q.List != nil:
		result, err = view.Subjects(ctx, q.List.User, q.List.Cursor)
	case q.Position:
		result, err = view.Position(ctx)
	default:
		result, err = view.Holdings(ctx, q.Subjects)
	}
	if err != nil {
		return err
	}
	data, err := json.Marshal(result)
	if err != nil {
		return fmt.Errorf("answer a question about a new view: %w", err)
	}
	return answer(data)
}

// RebuildCompared is Rebuild, and has the new view compared here before it serves. Compare isn't called for a view that
// can't tell what it has.
func (c *Control) RebuildCompared(ctx context.Context, name string, progress func(Progress), compare Compare) error {
	ctx, cancel := context.WithCancel(ctx)
	var (
		comparing sync.WaitGroup
		refused   error
	)
	err := c.askProjection(ctx, controlRebuild, name, command{Compare: true}, func(data []byte) error {
		var step rebuildStep
		if err := json.Unmarshal(data, &step); err != nil {
			return fmt.Errorf("read the progress of a rebuild: %w", err)
		}
		if step.Built == "" {
			progress(step.Progress)
			return nil
		}
		comparing.Go(func() { refused = c.compare(ctx, elsewhere{c.conn, controlBuilt + step.Built}, compare) })
		return nil
	})
	cancel()
	comparing.Wait()
	if refused != nil && !errors.Is(refused, context.Canceled) {
		return refused
	}
	return err
}

// compare tells the process that rebuilds what is thought of its view.
func (c *Control) compare(ctx context.Context, view elsewhere, compare Compare) error {
	failed := compare(ctx, view)
	v := opinion{}
	if failed != nil {
		v.Refused = failed.Error()
	}
	_, err := askBuilt[any](ctx, view, builtQuestion{Opinion: &v})
	if failed != nil {
		return failed // the rebuild may have ended by it before the answer came
	}
	return err
}

// elsewhere is the new view of another process.
type elsewhere struct {
	conn    *jetstream.Conn
	subject string
}

func (e elsewhere) Holdings(ctx context.Context, subjects []string) ([]Holding, error) {
	return askBuilt[[]Holding](ctx, e, builtQuestion{Subjects: subjects})
}

func (e elsewhere) Subjects(ctx context.Context, user, cursor string) (SubjectPage, error) {
	return askBuilt[SubjectPage](ctx, e, builtQuestion{List: &command{User: user, Cursor: cursor}})
}

func (e elsewhere) Position(ctx context.Context) (uint64, error) {
	return askBuilt[uint64](ctx, e, builtQuestion{Position: true})
}

func askBuilt[T any](ctx context.Context, e elsewhere, q builtQuestion) (T, error) {
	var answer T
	request, err := json.Marshal(q)
	if err != nil {
		return answer, fmt.Errorf("ask for a new view: %w", err)
	}
	err = e.conn.Call(ctx, e.subject, request, func(data []byte) error {
		if err := json.Unmarshal(data, &answer); err != nil {
			return fmt.Errorf("read an answer about a new view: %w", err)
		}
		return nil
	})
	return answer, err
}
