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

// controlCandidate is the subject of a new view.
const controlCandidate = "larder.control.projectors.built." // + what the reply says

// callerPatience is how long a new view waits to be asked for anything before it is given up: whoever was to compare it
// is gone.
const callerPatience = time.Minute

// ErrNobodyCompares is a rebuild whose caller was to compare it and isn't heard of.
var ErrNobodyCompares = errors.New("whoever was to compare the new view is gone")

// rebuildStep is a reply to a request for a rebuild.
type rebuildStep struct {
	Progress

	Candidate string `json:"built,omitempty"` // the view is built: the end of the subject that it is asked for on
}

// candidateQuestion is a request for a new view.
type candidateQuestion struct {
	Subjects  []string   `json:"subjects,omitempty"` // what is held of these?
	List      *command   `json:"list,omitempty"`     // which subjects are held?
	Position  bool       `json:"position,omitempty"` // how far is it?
	Judgement *judgement `json:"opinion,omitempty"`  // it was compared
}

// judgement is what is thought of a new view.
type judgement struct {
	Refused string `json:"refused,omitempty"` // why; "" for one that may serve
}

// comparedByCaller lets whoever asked for a rebuild compare the new view.
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
		default: // said before
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

// compare tells the process that rebuilds what is thought of its view.
func (c *Control) compare(ctx context.Context, view remoteCandidate, compare Compare) error {
	failed := compare(ctx, view)
	v := judgement{}
	if failed != nil {
		v.Refused = failed.Error()
	}
	_, err := askCandidate[any](ctx, view, candidateQuestion{Judgement: &v})
	if failed != nil {
		return failed // the rebuild may have ended by it before the answer came
	}
	return err
}

// elsewhere is the new view of another process.
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
