package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"larder.dev/cmd/larder/internal/stores"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/topology"
	"larder.dev/operate/backup"
	"larder.dev/operate/failback"
	"larder.dev/projectors"
	"larder.dev/projectors/replica"
)

const (
	fenceTimeout = 4 * time.Second  // to find out that the old primary is away
	drainTimeout = 60 * time.Second // for what is in the stream to be in the backup
	// nearly is how many events the backup may lack when writes begin to be held back.
	nearly = 200
	// roundOff is beyond topology.Wait, so that the last lease is over for certain.
	roundOff = 200 * time.Millisecond
)

// failoverCommand makes the backup the primary. Interrupted, it is run again and goes on.
type failoverCommand struct {
	DryRun bool `help:"Say what would happen, and change nothing."`
}

func (c failoverCommand) Run(ctx context.Context, s *settings, con console, log *slog.Logger) error {
	both := bothDatabases()
	return withProjectors(ctx, s, con, log, both, func(ctx context.Context, larder *connection, control *projectors.Control) error {
		f, err := newSwitch(ctx, larder, control, con)
		if err != nil {
			return err
		}
		if c.DryRun {
			return f.describe(ctx)
		}
		return f.run(ctx)
	})
}

func bothDatabases() []stores.Store { return []stores.Store{stores.Postgres, stores.Backup} }

// primarySwitch moves the primary from one database to the other.
type primarySwitch struct {
	larder   *connection
	control  *projectors.Control
	conn     *jetstream.Conn
	con      console
	from     topology.State // where no switch is under way
	to       topology.State // what it becomes
	old, new *pgxpool.Pool
}

func newSwitch(ctx context.Context, larder *connection, control *projectors.Control, con console) (*primarySwitch, error) {
	watch, err := larder.Topology(ctx)
	if err != nil {
		return nil, err
	}
	watch.Refresh(ctx)
	f := &primarySwitch{larder: larder, control: control, con: con, from: watch.State()}
	f.to = topology.State{Epoch: f.from.Epoch + 1, Primary: f.from.Primary.Other()}
	if f.conn, err = larder.Stream(ctx); err != nil {
		return nil, err
	}
	if f.old, err = larder.Side(ctx, f.from.Primary); err != nil {
		return nil, err
	}
	f.new, err = larder.Side(ctx, f.to.Primary)
	return f, err
}

func (f *primarySwitch) sayf(format string, args ...any) {
	fmt.Fprintf(f.con.out, format+"\n", args...)
}

// describe says what run would do.
func (f *primarySwitch) describe(ctx context.Context) error {
	f.sayf("the primary is %s, in epoch %d; it would be %s, in epoch %d", f.from.Primary, f.from.Epoch, f.to.Primary, f.to.Epoch)
	_, role, err := topology.ReadRole(ctx, f.new)
	if err != nil {
		return fmt.Errorf("the backup can't be asked, so there is nothing to switch to: %w", err)
	}
	if role == topology.Fenced {
		return errOldPrimary(f.to.Primary)
	}
	asking, cancel := context.WithTimeout(ctx, fenceTimeout)
	defer cancel()
	if _, _, err := topology.ReadRole(asking, f.old); err != nil {
		f.sayf("the primary doesn't answer: writes would be held back for %s, until nobody can write to it; "+
			"what it has and the stream has not stays there for `larder failback`", topology.Wait)
	} else {
		f.sayf("the primary answers: it would be fenced at once, and nothing stays behind in it")
	}
	behind, err := f.behind(ctx)
	if err != nil {
		return err
	}
	f.sayf("the backup lacks %d events of the stream, which it would get first", behind)
	return nil
}

func errOldPrimary(side topology.Side) error {
	return fmt.Errorf("database %s was the primary before, and may have what no other has: larder failback", side)
}

// run makes the switch. Each step can be done again.
func (f *primarySwitch) run(ctx context.Context) error {
	began := time.Now()
	if err := f.announce(ctx); err != nil {
		return err
	}
	announced := time.Now()
	fenced, err := f.fence(ctx)
	if err != nil {
		return err
	}
	if err := f.drain(ctx, fenced); err != nil {
		return err
	}
	if !fenced {
		if err := pause(ctx, time.Until(announced.Add(topology.Wait+roundOff))); err != nil {
			return err
		}
	}
	return f.promote(ctx, fenced, began)
}

// announce stops the writes of everybody who hears it, and the confirmations of the old epoch.
func (f *primarySwitch) announce(ctx context.Context) error {
	_, role, err := topology.ReadRole(ctx, f.new)
	if err != nil {
		return fmt.Errorf("the database that is to be the primary can't be asked: %w", err)
	}
	if role == topology.Fenced {
		return errOldPrimary(f.to.Primary)
	}
	if err := topology.SetRole(ctx, f.new, f.to.Epoch, topology.Promoting); err != nil {
		return err
	}
	switching := f.to
	switching.Switching = true
	if err := topology.Publish(ctx, f.conn, switching); err != nil {
		return fmt.Errorf("tell every process by the control bucket: %w", err)
	}
	f.sayf("epoch %d: writes are held back", f.to.Epoch)
	return nil
}

// fence has the old primary refuse writes, where it can be reached.
func (f *primarySwitch) fence(ctx context.Context) (bool, error) {
	asking, cancel := context.WithTimeout(ctx, fenceTimeout)
	defer cancel()
	err := topology.SetRole(asking, f.old, f.to.Epoch, topology.Fenced)
	if errors.Is(err, topology.ErrNewerEpoch) {
		return false, err
	}
	if err != nil {
		f.sayf("database %s doesn't answer: it can't be fenced, so every lease is waited for (%s)", f.from.Primary, topology.Wait)
		return false, ctx.Err()
	}
	f.sayf("database %s is fenced", f.from.Primary)
	return true, nil
}

// drain waits until the new primary has what the old one has published; all of it, where that can be asked.
func (f *primarySwitch) drain(ctx context.Context, fenced bool) error {
	ctx, cancel := context.WithTimeout(ctx, drainTimeout)
	defer cancel()
	err := pollUntil(ctx, donePoll, func() (bool, error) {
		if fenced {
			var waiting bool
			err := f.old.QueryRow(ctx, `SELECT EXISTS (SELECT FROM event_log WHERE published_at IS NULL)`).Scan(&waiting)
			if err != nil || waiting {
				return false, err
			}
		}
		return true, nil
	})
	if err != nil {
		return fmt.Errorf("wait for the relay to publish what the old primary has: %w", err)
	}
	if err := f.catchUp(ctx, 0); err != nil {
		return err
	}
	f.sayf("database %s has what the stream has", f.to.Primary)
	return nil
}

// catchUp waits until the replica has brought all but some events of the stream.
func (f *primarySwitch) catchUp(ctx context.Context, but uint64) error {
	err := pollUntil(ctx, donePoll, func() (bool, error) {
		behind, err := f.behind(ctx)
		return err == nil && behind <= but, err
	})
	if err != nil {
		return fmt.Errorf("wait for the replica to bring what is in the stream: %w", err)
	}
	return nil
}

// behind is how many events of the stream the backup lacks.
func (f *primarySwitch) behind(ctx context.Context) (uint64, error) {
	all, err := f.control.Status(ctx)
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
		if p.State != projectors.Running { // it is trying again
			return max(p.LagEvents, 1), nil
		}
		return p.LagEvents, nil
	}
	return 0, errors.New("no process runs the replica projection, which fills the backup: start larder projectors")
}

func (f *primarySwitch) promote(ctx context.Context, fenced bool, began time.Time) error {
	if err := topology.SetRole(ctx, f.new, f.to.Epoch, topology.Primary); err != nil {
		return err
	}
	if err := topology.Publish(ctx, f.conn, f.to); err != nil {
		return fmt.Errorf("tell every process by the control bucket: %w", err)
	}
	f.sayf("database %s is the primary, in epoch %d, %s after the beginning", f.to.Primary, f.to.Epoch,
		time.Since(began).Round(10*time.Millisecond))
	if !fenced {
		f.sayf("when database %s is back: larder failback", f.from.Primary)
		return nil
	}
	// It was fenced and drained, so it has nothing that the new one lacks.
	if err := topology.SetRole(ctx, f.old, f.to.Epoch, topology.Standby); err != nil {
		f.sayf("database %s couldn't be made the backup (%v): larder failback, when it is back", f.from.Primary, err)
		return nil
	}
	f.sayf("database %s is the backup", f.from.Primary)
	return nil
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// failbackCommand brings in what the old primary alone had, fills it, and makes it the primary again.
type failbackCommand struct{}

func (failbackCommand) Run(ctx context.Context, s *settings, con console, log *slog.Logger) error {
	both := bothDatabases()
	return withProjectors(ctx, s, con, log, both, func(ctx context.Context, larder *connection, control *projectors.Control) error {
		f, err := newSwitch(ctx, larder, control, con)
		if err != nil {
			return err
		}
		if err := f.reunite(ctx); err != nil {
			return err
		}
		return f.run(ctx)
	})
}

// reunite makes the old primary, the other side of today's, a backup that has everything.
func (f *primarySwitch) reunite(ctx context.Context) error {
	epoch, role, err := topology.ReadRole(ctx, f.new)
	if err != nil {
		return fmt.Errorf("database %s can't be asked: %w", f.to.Primary, err)
	}
	if f.from.Epoch == 0 {
		return errors.New("there was no failover: nothing to go back to")
	}
	if role == topology.Standby && epoch == f.from.Epoch {
		f.sayf("database %s is a backup already", f.to.Primary)
		return nil
	}
	// A primary that was away when it was replaced learns of it now.
	if err := topology.SetRole(ctx, f.new, f.from.Epoch, topology.Fenced); err != nil {
		return err
	}
	primary, err := f.larder.Writing(ctx, f.from.Primary, f.from.Epoch)
	if err != nil {
		return err
	}
	brought, err := failback.Bring(ctx, f.new, primary)
	if err != nil {
		return fmt.Errorf("bring in what database %s alone has: %w", f.to.Primary, err)
	}
	f.sayf("brought in: %d events that only database %s had, %d recipes that both had changed, each as a recipe of its own; "+
		"%d overruled by what is newer", brought.Events, f.to.Primary, len(brought.Separate), brought.Left)
	for _, name := range brought.Separate {
		f.sayf("  %s", name)
	}
	filling, err := f.larder.Filling(ctx, f.to.Primary)
	if err != nil {
		return err
	}
	bar := newProgress(f.con.err, "fill database "+string(f.to.Primary), "users")
	_, err = backup.Overwrite(ctx, primary, filling, func(p backup.Progress) { bar.set(p.Done, p.Total) })
	if err != nil {
		bar.abandon()
		return fmt.Errorf("fill database %s: %w", f.to.Primary, err)
	}
	bar.finish()
	// What the primary wrote since, the replica brings: it was refused until now, and tries again.
	if err := topology.SetRole(ctx, f.new, f.from.Epoch, topology.Standby); err != nil {
		return err
	}
	f.sayf("database %s is a copy of %s, and gets the rest; writes go on meanwhile", f.to.Primary, f.from.Primary)
	return f.catchUp(ctx, nearly)
}
