package testkit

import "strings"

// HostileBytes crash or exhaust a server that trusts what clients send before they log in:
// impossible lengths, promises of more data, and endless input. Each embedded server gets all of
// them, including other protocols'.
func HostileBytes() []string {
	return []string{
		// Redis
		"*1\r\n$9000000000000000000\r\n",
		"*1\r\n$2000000000\r\n",
		"*2\r\n$4\r\nAUTH\r\n$2000000000\r\n",
		"*2147483647\r\n" + strings.Repeat("$1\r\na\r\n", 100_000),
		"*0\r\n",
		"*-1\r\n",
		"*1\r\n$-1\r\n",
		"*1\r\n$-9\r\n",
		"*99999999999999999999999\r\n",
		"*1\r\n*1\r\n*1\r\n*1\r\n",
		"*1\r\n$3\r\nGETxx",
		"*" + strings.Repeat("1", 1<<20),
		"*1\r\n+" + strings.Repeat("A", 1<<20),
		// PostgreSQL
		"\x7f\xff\xff\xff\x00\x03\x00\x00",
		"\xff\xff\xff\xff\x00\x03\x00\x00",
		"\x00\x00\x00\x00",
		"\x00\x00\x00\x08\x04\xd2\x16\x2f" + strings.Repeat("\x00\x00\x00\x08\x04\xd2\x16\x2f", 1000),
		"\x00\x00\x00\x10\x04\xd2\x16\x2e\x00\x00\x00\x01\x00\x00\x00\x00",
		"\x00\x00\x27\x10\x00\x03\x00\x00" + strings.Repeat("user\x00x\x00", 1400),
		// NATS
		"PUB a 2147483647\r\n" + strings.Repeat("A", 1<<20),
		"CONNECT {" + strings.Repeat(`"a":{`, 200_000),
		"CONNECT {}\r\nHPUB a 999999999 9999999999\r\n",
		strings.Repeat("PING\r\n", 100_000),
		strings.Repeat("SUB > 1\r\n", 100_000),
		// HTTP
		"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9223372036854775807\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
		"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + strings.Repeat("A", 1<<20),
		"GET /" + strings.Repeat("../", 1<<18) + " HTTP/1.1\r\n\r\n",
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + strings.Repeat("\xff", 1<<16),
		// none
		"\r\n\r\n\r\n",
		strings.Repeat("*", 1<<20),
		strings.Repeat("A", 1<<20),
		strings.Repeat("\x00\xff", 1<<19),
	}
}
