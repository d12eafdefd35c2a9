package natsserver

import (
	"time"

	"larder.dev/internal/fulldisk"
)

// noSpace is in what the server says of a write that its disk had no room for.
const noSpace = "no space left"

// roomEvery is how often a full disk is looked at.
const roomEvery = time.Second

// watchRoom starts the server again once there is room on a disk that was full: JetStream takes no message for a stream
// that it failed to write, until it has read its files anew.
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

// again ends the server and starts it. Its clients connect anew.
func (s *Server) again() bool {
	s.reloading.Lock()
	defer s.reloading.Unlock()
	end(s.server())
	forget(s.log.fatal) // what came before the end
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
