package seedlink_test

import (
	"context"
	"fmt"
	"net"

	"houfeng/fdsn"
	"houfeng/seedlink"
)

// A server gives what a Store holds; a client asks for the two records after
// the one that it had before, and leaves when the server says END.
func Example() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()

	store := seedlink.NewMemory(seedlink.MemoryConfig{})
	id := fdsn.ID{Network: "XX", Station: "ABC", Location: "00", Channel: "HHZ"}
	for i := range int64(3) {
		start := (1767322800 + i) * 1e9 // 2026-01-02T03:00:00Z and the seconds after it
		store.Append(id, start, start+1e9, record())
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	server := &seedlink.Server{Store: store, Organization: "Example Observatory"}
	done := make(chan error)
	go func() { done <- server.Serve(ctx, listener) }()

	client := &seedlink.Client{
		Address: listener.Addr().String(),
		Streams: []seedlink.StreamRequest{{Network: "XX", Station: "ABC", Selectors: []string{"00HH?"}}},
		Resume:  seedlink.State{"XX.ABC": {Sequence: 1}},
		Dialup:  true,
	}
	err = client.Run(ctx, func(p seedlink.Packet) error {
		fmt.Printf("%s.%s %06X %d bytes\n", p.Network, p.Station, p.Sequence, len(p.Raw))
		return nil
	})
	fmt.Println(err, client.Hello().Organization)
	cancel()
	fmt.Println(<-done)
	// Output:
	// XX.ABC 000002 512 bytes
	// XX.ABC 000003 512 bytes
	// <nil> Example Observatory
	// <nil>
}

// record is a miniSEED 2 record of 512 bytes without samples.
func record() []byte {
	b := make([]byte, 512)
	copy(b, "000001D ABC  00HHZXX")
	copy(b[20:], []byte{0x07, 0xEA, 0, 2, 3}) // 2026, day 2, 03:00:00
	b[39], b[45], b[47] = 1, 64, 48           // one blockette, data at 64, blockette at 48
	copy(b[48:], []byte{0x03, 0xE8, 0, 0, 11, 1, 9})
	return b
}
