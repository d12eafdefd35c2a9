package httpserver

import (
	"errors"
	"net"
	"os"
	"sync"
	"syscall"
)

// lastCall is a listener that, when closed, still hands out the connections in the kernel's
// backlog. Otherwise they would be reset, along with requests that a proxy has already sent and
// can't send elsewhere.
type lastCall struct {
	*net.TCPListener

	closing sync.Once
	err     error
	closed  chan struct{}
	waiting chan net.Conn // filled before closed
}

// answeringLast wraps a TCP listener in a lastCall; others are returned unchanged.
func answeringLast(listener net.Listener) net.Listener {
	tcp, ok := listener.(*net.TCPListener)
	if !ok {
		return listener
	}
	return &lastCall{TCPListener: tcp, closed: make(chan struct{})}
}

// Accept implements net.Listener.
func (l *lastCall) Accept() (net.Conn, error) {
	conn, err := l.TCPListener.Accept()
	if err == nil || !errors.Is(err, net.ErrClosed) {
		return conn, err
	}
	<-l.closed
	if conn, ok := <-l.waiting; ok {
		return conn, nil
	}
	return nil, err
}

// Close implements net.Listener.
func (l *lastCall) Close() error {
	l.closing.Do(func() {
		conns := l.made()
		l.err = l.TCPListener.Close()
		l.waiting = make(chan net.Conn, len(conns))
		for _, conn := range conns {
			l.waiting <- conn
		}
		close(l.waiting)
		close(l.closed)
	})
	return l.err
}

// made takes the connections that nobody has accepted yet.
func (l *lastCall) made() []net.Conn {
	raw, err := l.SyscallConn()
	if err != nil {
		return nil
	}
	var conns []net.Conn
	_ = raw.Control(func(fd uintptr) {
		for {
			accepted, _, err := syscall.Accept(int(fd)) // the listener's descriptor is non-blocking
			if err != nil {
				return
			}
			syscall.CloseOnExec(accepted)
			file := os.NewFile(uintptr(accepted), "connection")
			conn, err := net.FileConn(file)
			_ = file.Close() // FileConn duplicates it
			if err == nil {
				conns = append(conns, conn)
			}
		}
	})
	return conns
}
