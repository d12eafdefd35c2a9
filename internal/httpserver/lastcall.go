package httpserver

import (
	"errors"
	"net"
	"os"
	"sync"
	"syscall"
)

// lastCall is a listener that, when it is closed, still hands out the connections that the system has made by then. Closed as
// it is they would be reset, and with them requests that a proxy has sent already and can't send to another.
type lastCall struct {
	*net.TCPListener

	closing sync.Once
	err     error
	closed  chan struct{}
	waiting chan net.Conn // filled before closed
}

// answeringLast gives the listener so; one that isn't TCP stays as it is.
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
			accepted, _, err := syscall.Accept(int(fd)) // the listener's descriptor doesn't block
			if err != nil {
				return
			}
			syscall.CloseOnExec(accepted)
			file := os.NewFile(uintptr(accepted), "connection")
			conn, err := net.FileConn(file)
			_ = file.Close() // FileConn has one of its own
			if err == nil {
				conns = append(conns, conn)
			}
		}
	})
	return conns
}
