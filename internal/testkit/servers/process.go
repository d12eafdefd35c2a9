package servers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// stopPatience is how long a server may take to stop by itself.
const stopPatience = 20 * time.Second

// pollInterval is the interval of checks whether a server answers: it sends no signal.
const pollInterval = 50 * time.Millisecond

// process is a child that ends with us, even if we are killed.
type process struct {
	*os.Process

	ended chan struct{}
}

// spawn starts a child with its output in the file. To the kernel the thread that started it is the
// parent whose death it follows, so keep that thread as long as the child.
func spawn(command *exec.Cmd, output string) (*process, error) {
	log, err := os.Create(output)
	if err != nil {
		return nil, fmt.Errorf("keep the output of a server: %w", err)
	}
	command.Stdout, command.Stderr = log, log
	command.SysProcAttr = attributes()
	child := &process{ended: make(chan struct{})}
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer log.Close()
		err := command.Start()
		child.Process = command.Process
		started <- err
		if err != nil {
			return
		}
		_ = command.Wait() // how it ended is in its output
		close(child.ended)
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", command.Path, err)
	}
	return child, nil
}

// await polls until the server answers. If the server ends instead, it returns the end of the
// server's output.
func (p *process) await(ctx context.Context, output string, answers func(ctx context.Context) error) error {
	for {
		err := answers(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-p.ended:
			return fmt.Errorf("it ended while it started; its last words:\n%s", lastWords(output))
		case <-ctx.Done():
			return fmt.Errorf("it doesn't answer: %w; its last words:\n%s", err, lastWords(output))
		case <-time.After(pollInterval):
		}
	}
}

func (p *process) end() error {
	if err := p.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stop process %d: %w", p.Pid, err)
	}
	_ = p.Signal(syscall.SIGCONT) // it may be frozen
	select {
	case <-p.ended:
		return nil
	case <-time.After(stopPatience):
	}
	if err := p.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("kill process %d: %w", p.Pid, err)
	}
	<-p.ended
	return nil
}

// lastWords returns the end of a server's output.
func lastWords(path string) string {
	const most = 2000
	file, err := os.Open(path)
	if err != nil {
		return err.Error()
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && info.Size() > most {
		_, _ = file.Seek(-most, io.SeekEnd)
	}
	words, _ := io.ReadAll(file)
	return string(words)
}
