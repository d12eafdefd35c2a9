// Package failover moves the primary from one database to the other while everything runs, and
// brings a lost primary back.
package failover

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"larder.dev/internal/jetstream"
	"larder.dev/internal/topology"
	"larder.dev/operate"
	"larder.dev/operate/backup"
	"larder.dev/operate/failback"
	"larder.dev/projectors"
	"larder.dev/projectors/replica"
)

const (
	fenceTimeout = 4 * time.Second  // to find out that the old primary is unreachable
	drainTimeout = 60 * time.Second // for the stream's events to reach the backup
	drainPoll    = 20 * time.Millisecond
	// nearly is how many events the backup may lack when writes begin to be held.
	nearly = 200
	// roundOff is beyond topology.Wait, so that the last lease has certainly expired.
	roundOff = 200 * time.Millisecond
)

// Databases are the two sides, as pools for each purpose: to inspect and change roles, to write as
// an epoch's primary, and to make a fenced database a copy.
type Databases interface {
	Side(ctx context.Context, side topology.Side) (*pgxpool.Pool, error)
	Writing(ctx context.Context, side topology.Side, epoch int64) (*pgxpool.Pool, error)
	Filling(ctx context.Context, side topology.Side) (*pgxpool.Pool, error)
}

// Options configure a switch.
type Options struct {
	Databases Databases
	Control   *projectors.Control
	Conn      *jetstream.Conn // with the bucket that tells processes of it
	Now       topology.State  // the state before any switch in progress
	Sayf      func(format string, args ...any)
	// Fill runs a whole database copy, and shows its progress.
	Fill func(side topology.Side, run func(progress func(backup.Progress)) error) error
}

// Switch moves the primary from one database to the other. Run again after an interruption, it
// resumes.
type Switch struct {
	o        Options
	from, to topology.State
	old, new *pgxpool.Pool
}

// New returns a switch away from the current primary. It changes nothing.
func New(ctx context.Context, o Options) (*Switch, error) {
	s := &Switch{o: o, from: o.Now, to: topology.State{Epoch: o.Now.Epoch + 1, Primary: o.Now.Primary.Other()}}
	var err error
	if s.old, err = o.Databases.Side(ctx, s.from.Primary); err != nil {
		return nil, err
	}
	s.new, err = o.Databases.Side(ctx, s.to.Primary)
	return s, err
}

// Describe prints what Run would do.
func (s *Switch) Describe(ctx context.Context) error {
	s.o.Sayf("the primary is %s, in epoch %d; it would be %s, in epoch %d", s.from.Primary, s.from.Epoch, s.to.Primary, s.to.Epoch)
	_, role, err := topology.ReadRole(ctx, s.new)
	if err != nil {
		return fmt.Errorf("the backup can't be asked, so there is nothing to switch to: %w", err)
	}
	if role == topology.Fenced {
		return errOldPrimary(s.to.Primary)
	}
	asking, cancel := context.WithTimeout(ctx, fenceTimeout)
	defer cancel()
	if _, _, err := topology.ReadRole(asking, s.old); err != nil {
		s.o.Sayf("the primary doesn't answer: writes would be held back for %s, until nobody can write to it; "+
			"what it has and the stream has not stays there for `larder failback`", topology.Wait)
	} else {
		s.o.Sayf("the primary answers: it would be fenced at once, and nothing stays behind in it")
	}
	behind, err := s.behind(ctx)
	if err != nil {
		return err
	}
	s.o.Sayf("the backup lacks %d events of the stream, which it would get first", behind)
	return nil
}

func errOldPrimary(side topology.Side) error {
	return fmt.Errorf("database %s was the primary before, and may have what no other has: larder failback", side)
}

// Run performs the switch. Each step can be repeated.
func (s *Switch) Run(ctx context.Context) error {
	began := time.Now()
	if err := s.announce(ctx); err != nil {
		return err
	}
	announced := time.Now()
	fenced, err := s.fence(ctx)
	if err != nil {
		return err
	}
	if err := s.drain(ctx, fenced); err != nil {
		return err
	}
	if !fenced {
		if err := operate.Pause(ctx, time.Until(announced.Add(topology.Wait+roundOff))); err != nil {
			return err
		}
	}
	return s.promote(ctx, fenced, began)
}

// announce stops the writes of every process that receives it, and confirmations of the old epoch.
func (s *Switch) announce(ctx context.Context) error {
	_, role, err := topology.ReadRole(ctx, s.new)
	if err != nil {
		return fmt.Errorf("the database that is to be the primary can't be asked: %w", err)
	}
	if role == topology.Fenced {
		return errOldPrimary(s.to.Primary)
	}
	if err := topology.SetRole(ctx, s.new, s.to.Epoch, topology.Promoting); err != nil {
		return err
	}
	switching := s.to
	switching.Switching = true
	if err := topology.Publish(ctx, s.o.Conn, switching); err != nil {
		return fmt.Errorf("tell every process by the control bucket: %w", err)
	}
	s.o.Sayf("epoch %d: writes are held back", s.to.Epoch)
	return nil
}

// fence makes the old primary refuse writes, if it is reachable.
func (s *Switch) fence(ctx context.Context) (bool, error) {
	asking, cancel := context.WithTimeout(ctx, fenceTimeout)
	defer cancel()
	err := topology.SetRole(asking, s.old, s.to.Epoch, topology.Fenced)
	if errors.Is(err, topology.ErrNewerEpoch) {
		return false, err
	}
	if err != nil {
		s.o.Sayf("database %s doesn't answer: it can't be fenced, so every lease is waited for (%s)", s.from.Primary, topology.Wait)
		return false, ctx.Err()
	}
	s.o.Sayf("database %s is fenced", s.from.Primary)
	return true, nil
}

// drain waits until the new primary has what the old one has published; all of it, if that can be
// determined.
func (s *Switch) drain(ctx context.Context, fenced bool) error {
	ctx, cancel := context.WithTimeout(ctx, drainTimeout)
	defer cancel()
	err := operate.Until(ctx, drainPoll, func() (bool, error) {
		if fenced {
			var waiting bool
			err := s.old.QueryRow(ctx, `SELECT EXISTS (SELECT FROM event_log WHERE published_at IS NULL)`).Scan(&waiting)
			if err != nil || waiting {
				return false, err
			}
		}
		return true, nil
	})
	if err != nil {
		return fmt.Errorf("wait for the relay to publish what the old primary has: %w", err)
	}
	if err := s.catchUp(ctx, 0); err != nil {
		return err
	}
	s.o.Sayf("database %s has what the stream has", s.to.Primary)
	return nil
}

// catchUp waits until the replica has applied all but some of the stream's events.
func (s *Switch) catchUp(ctx context.Context, but uint64) error {
	err := operate.Until(ctx, drainPoll, func() (bool, error) {
		behind, err := s.behind(ctx)
		return err == nil && behind <= but, err
	})
	if err != nil {
		return fmt.Errorf("wait for the replica to bring what is in the stream: %w", err)
	}
	return nil
}

// behind returns how many of the stream's events the backup lacks.
func (s *Switch) behind(ctx context.Context) (uint64, error) {
	all, err := s.o.Control.Status(ctx)
	if err != nil {
		return 0, fmt.Errorf("ask for the status: %w", err)
	}
	for _, p := range all {
		if p.Name != replica.Name {
			continue
		}
		if p.State == projectors.Stopped {
			return 0, fmt.Errorf("the replica projection, which fills the backup, has stopped: %s", p.Reason)
		}
		if p.State != projectors.Running { // it is retrying
			return max(p.LagEvents, 1), nil
		}
		return p.LagEvents, nil
	}
	return 0, errors.New("no process runs the replica projection, which fills the backup: start larder projectors")
}

func (s *Switch) promote(ctx context.Context, fenced bool, began time.Time) error {
	if err := topology.SetRole(ctx, s.new, s.to.Epoch, topology.Primary); err != nil {
		return err
	}
	if err := topology.Publish(ctx, s.o.Conn, s.to); err != nil {
		return fmt.Errorf("tell every process by the control bucket: %w", err)
	}
	s.o.Sayf("database %s is the primary, in epoch %d, %s after the beginning", s.to.Primary, s.to.Epoch,
		time.Since(began).Round(10*time.Millisecond))
	if !fenced {
		s.o.Sayf("when database %s is back: larder failback", s.from.Primary)
		return nil
	}
	// It was fenced and drained, so it has nothing that the new one lacks.
	if err := topology.SetRole(ctx, s.old, s.to.Epoch, topology.Standby); err != nil {
		s.o.Sayf("database %s couldn't be made the backup (%v): larder failback, when it is back", s.from.Primary, err)
		return nil
	}
	s.o.Sayf("database %s is the backup", s.from.Primary)
	return nil
}

// Back is Run after everything that only the old primary had was copied, and it was made a copy of
// the current one.
func (s *Switch) Back(ctx context.Context) error {
	if err := s.reunite(ctx); err != nil {
		return err
	}
	return s.Run(ctx)
}

// reunite makes the old primary, now the other side, a complete backup.
func (s *Switch) reunite(ctx context.Context) error {
	epoch, role, err := topology.ReadRole(ctx, s.new)
	if err != nil {
		return fmt.Errorf("database %s can't be asked: %w", s.to.Primary, err)
	}
	if s.from.Epoch == 0 {
		return errors.New("there was no failover: nothing to go back to")
	}
	if role == topology.Standby && epoch == s.from.Epoch {
		s.o.Sayf("database %s is a backup already", s.to.Primary)
		return nil
	}
	// A primary that was down when it was replaced is told now.
	if err := topology.SetRole(ctx, s.new, s.from.Epoch, topology.Fenced); err != nil {
		return err
	}
	primary, err := s.o.Databases.Writing(ctx, s.from.Primary, s.from.Epoch)
	if err != nil {
		return err
	}
	brought, err := failback.Bring(ctx, s.new, primary)
	if err != nil {
		return fmt.Errorf("bring in what database %s alone has: %w", s.to.Primary, err)
	}
	s.o.Sayf("brought in: %d events that only database %s had, %d recipes that both had changed, each as a recipe of its own; "+
		"%d overruled by what is newer", brought.Events, s.to.Primary, len(brought.Separate), brought.Left)
	for _, name := range brought.Separate {
		s.o.Sayf("  %s", name)
	}
	filling, err := s.o.Databases.Filling(ctx, s.to.Primary)
	if err != nil {
		return err
	}
	err = s.o.Fill(s.to.Primary, func(progress func(backup.Progress)) error {
		_, err := backup.Overwrite(ctx, primary, filling, progress)
		return err
	})
	if err != nil {
		return fmt.Errorf("fill database %s: %w", s.to.Primary, err)
	}
	// The replica applies what the primary wrote since: it was refused until now, and retries.
	if err := topology.SetRole(ctx, s.new, s.from.Epoch, topology.Standby); err != nil {
		return err
	}
	s.o.Sayf("database %s is a copy of %s, and gets the rest; writes go on meanwhile", s.to.Primary, s.from.Primary)
	return s.catchUp(ctx, nearly)
}
