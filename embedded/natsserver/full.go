package natsserver

import (
	"time"

	"larder.dev/internal/fulldisk"
)

// noSpace appears in the server's message about a write that failed because the disk was full.
const noSpace = "no space left"

// roomEvery is how often a full disk is checked for space.
const roomEvery = time.Second

// watchRoom restarts the server once a full disk has space again: after a failed write, JetStream
// accepts no messages for that stream until it rereads its files.
func (s *Server) watchRoom() {
	for {
		select {
		case <-s.ending:
			return
		case <-s.log.full:
		}
		s.log.log.Error("the disk of NATS is full: it takes no messages until there is room", "folder", s.dir)
		for again := false; !again; {
			select {
			case <-s.ending:
				return
			case <-time.After(roomEvery):
			}
			again = fulldisk.Folder(s.dir) == nil && s.again()
		}
		s.log.log.Info("there is room on the disk of NATS: it was started again")
	}
}

// again restarts the server. Its clients reconnect.
func (s *Server) again() bool {
	s.reloading.Lock()
	defer s.reloading.Unlock()
	end(s.server())
	forget(s.log.fatal) // messages from before the restart
	nats, err := run(s.config(s.secrets), s.log)
	if err != nil {
		s.log.log.Error("NATS doesn't start again", "error", err)
		return false
	}
	forget(s.log.full)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.nats = nats
	return true
}

func forget[T any](said <-chan T) {
	select {
	case <-said:
	default:
	}
}
