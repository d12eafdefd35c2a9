package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"
)

// reportEvery is how often progress is printed without a terminal.
const reportEvery = 2 * time.Second

// progress shows how far long work has come: a bar with rate and time left on a terminal, else an
// occasional line, so that a log stays readable.
type progress struct {
	name  string
	unit  string
	out   io.Writer
	began time.Time

	pool *mpb.Progress // nil unless out is a terminal
	bar  *mpb.Bar

	mu       sync.Mutex
	reported time.Time
	done     int64
	total    int64
}

func newProgress(out io.Writer, name, unit string) *progress {
	p := &progress{name: name, unit: unit, out: out, began: time.Now(), reported: time.Now()}
	file, ok := out.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return p
	}
	p.pool = mpb.New(mpb.WithOutput(out), mpb.WithWidth(48))
	p.bar = p.pool.AddBar(0,
		mpb.PrependDecorators(decor.Name(name+" "), decor.CountersNoUnit("%d / %d")),
		mpb.AppendDecorators(
			decor.AverageSpeed(0, "%.0f "+unit+"/s "),
			decor.AverageETA(decor.ET_STYLE_GO),
		),
	)
	return p
}

// set reports done of total units. Any goroutine may call it.
func (p *progress) set(done, total int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done, p.total = done, total
	if p.bar != nil {
		p.bar.SetTotal(total, false)
		p.bar.SetCurrent(done)
		return
	}
	if time.Since(p.reported) < reportEvery {
		return
	}
	p.reported = time.Now()
	fmt.Fprintf(p.out, "%s: %d of %d, %.0f %s/s, %s left\n",
		p.name, done, total, p.rate(), p.unit, p.left().Round(time.Second))
}

// setShare is set for work with an unknown number of units: it is estimated from the share of bytes
// read. size is 0 if that is unknown too.
func (p *progress) setShare(done, read, size int64) {
	total := done
	if read > 0 && size > read {
		total = int64(float64(done) * float64(size) / float64(read))
	}
	p.set(done, total)
}

// finish ends the bar and prints the total.
func (p *progress) finish() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		p.bar.SetTotal(p.done, true)
		p.pool.Wait()
	}
	fmt.Fprintf(p.out, "%s: %d %s in %s (%.0f %s/s)\n",
		p.name, p.done, p.unit, time.Since(p.began).Round(time.Millisecond), p.rate(), p.unit)
}

// abandon ends the bar of failed work.
func (p *progress) abandon() {
	if p.bar != nil {
		p.bar.Abort(false)
		p.pool.Wait()
	}
}

func (p *progress) rate() float64 {
	return float64(p.done) / max(time.Since(p.began).Seconds(), 1e-6)
}

func (p *progress) left() time.Duration {
	if p.done == 0 {
		return 0
	}
	return time.Duration(float64(p.total-p.done) / p.rate() * float64(time.Second))
}
