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

// The process that wants a rebuild compared is often not the one that rebuilds, and only it has the
// ledger: the operator's command. A reply announces the new view, which it then queries on a
// subject of that rebuild.

// controlCandidate is the subject prefix of a new view.
const controlCandidate = "larder.control.projectors.built." // + the announced candidate

// callerPatience is how long a new view waits for a query before it is given up because the caller
// has gone.
const callerPatience = time.Minute

// ErrNobodyCompares means the caller that was to compare a rebuild has gone silent.
var ErrNobodyCompares = errors.New("whoever was to compare the new view is gone")

// rebuildStep is a reply to a rebuild request.
type rebuildStep struct {
	Progress

	Candidate string `json:"built,omitempty"` // set once the view is built: the last token of the subject to query it on
}

// candidateQuestion is a query about a new view.
type candidateQuestion struct {
	Subjects  []string   `json:"subjects,omitempty"` // return these subjects' fingerprints
	List      *command   `json:"list,omitempty"`     // list the subjects in the view
	Position  bool       `json:"position,omitempty"` // return the view's position
	Judgement *judgement `json:"opinion,omitempty"`  // the result of the comparison
}

// judgement is the verdict on a new view.
type judgement struct {
	Refused string `json:"refused,omitempty"` // why; "" if the view may serve
}

// comparedByCaller lets the caller of a rebuild compare the new view.
func comparedByCaller(conn *jetstream.Conn, reply func(any) error) Compare {
	return func(ctx context.Context, view Candidate) error {
		id := rand.Text()
		said := make(chan judgement, 1)
		heard := make(chan struct{}, 1)
		stop, err := conn.Serve(controlCandidate+id, "", func(ctx context.Context, request []byte, answer func([]byte) error) error {
			select {
			case heard <- struct{}{}:
			default:
			}
			return answerCandidate(ctx, view, request, said, answer)
		})
		if err != nil {
			return err
		}
		defer stop()
		if err := reply(rebuildStep{Candidate: id}); err != nil {
			return err
		}
		return awaitJudgement(ctx, said, heard)
	}
}

func awaitJudgement(ctx context.Context, said <-chan judgement, heard <-chan struct{}) error {
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

func answerCandidate(ctx context.Context, view Candidate, request []byte, said chan<- judgement, answer func([]byte) error) error {
	var (
		q      candidateQuestion
		result any
		err    error
	)
	if err := json.Unmarshal(request, &q); err != nil {
		return fmt.Errorf("read a question about a new view: %w", err)
	}
	switch {
	case q.Judgement != nil:
		select {
		case said <- *q.Judgement:
		default: // already answered
		}
	case q.List != nil:
		result, err = view.Subjects(ctx, q.List.User, q.List.Cursor)
	case q.Position:
		result, err = view.Position(ctx)
	default:
		result, err = view.Fingerprints(ctx, q.Subjects)
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

// RebuildCompared is Rebuild with a comparison, in this process, before the new view serves. It
// doesn't call compare for a view without an inventory.
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
		if step.Candidate == "" {
			progress(step.Progress)
			return nil
		}
		comparing.Go(func() { refused = c.compare(ctx, remoteCandidate{c.conn, controlCandidate + step.Candidate}, compare) })
		return nil
	})
	cancel()
	comparing.Wait()
	if refused != nil && !errors.Is(refused, context.Canceled) {
		return refused
	}
	return err
}

// compare reports the verdict on a view to the rebuilding process.
func (c *Control) compare(ctx context.Context, view remoteCandidate, compare Compare) error {
	failed := compare(ctx, view)
	v := judgement{}
	if failed != nil {
		v.Refused = failed.Error()
	}
	_, err := askCandidate[any](ctx, view, candidateQuestion{Judgement: &v})
	if failed != nil {
		return failed // it may have ended the rebuild before its answer arrived
	}
	return err
}

// remoteCandidate is another process's new view.
type remoteCandidate struct {
	conn    *jetstream.Conn
	subject string
}

func (e remoteCandidate) Fingerprints(ctx context.Context, subjects []string) ([]Fingerprint, error) {
	return askCandidate[[]Fingerprint](ctx, e, candidateQuestion{Subjects: subjects})
}

func (e remoteCandidate) Subjects(ctx context.Context, user, cursor string) (SubjectPage, error) {
	return askCandidate[SubjectPage](ctx, e, candidateQuestion{List: &command{User: user, Cursor: cursor}})
}

func (e remoteCandidate) Position(ctx context.Context) (uint64, error) {
	return askCandidate[uint64](ctx, e, candidateQuestion{Position: true})
}

func askCandidate[T any](ctx context.Context, e remoteCandidate, q candidateQuestion) (T, error) {
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
