package testkit

import (
	"encoding/binary"
	"net"
	"testing"
)

// NameServer answers every address query with both 127.0.0.2 and 127.0.0.3, as Docker does for two
// instances. It returns its own address.
func NameServer(tb testing.TB) string {
	tb.Helper()
	server, err := (&net.ListenConfig{}).ListenPacket(tb.Context(), "udp", "127.0.0.1:0")
	must(tb, err)
	tb.Cleanup(func() { _ = server.Close() })
	go func() {
		packet := make([]byte, 512)
		for {
			n, from, err := server.ReadFrom(packet)
			if err != nil {
				return
			}
			_, _ = server.WriteTo(twoAddresses(packet[:n]), from)
		}
	}()
	return server.LocalAddr().String()
}

// twoAddresses builds the DNS answer to a query.
func twoAddresses(question []byte) []byte {
	const header, address = 12, 1
	end := header
	for question[end] != 0 {
		end += int(question[end]) + 1
	}
	end += 5 // the end of the name, type, class
	answers := [][]byte{{127, 0, 0, 2}, {127, 0, 0, 3}}
	if binary.BigEndian.Uint16(question[end-4:]) != address {
		answers = nil
	}
	reply := append([]byte{}, question[:end]...)
	binary.BigEndian.PutUint16(reply[2:], 0x8180) // an answer, without an error
	binary.BigEndian.PutUint16(reply[6:], uint16(len(answers)))
	clear(reply[8:header])
	for _, a := range answers {
		reply = append(reply, 0xc0, header, 0, address, 0, 1, 0, 0, 0, 60, 0, 4) // the same name; for 60 s; four bytes
		reply = append(reply, a...)
	}
	return reply
}
