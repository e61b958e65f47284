// Package seedlink speaks SeedLink 3.1, the protocol by which seismic stations
// and data centres hand each other records as they arrive: a [Server] that
// gives what a [Store] holds, and a [Client] that collects it.
//
// To serve, fill a Store (or use [Memory]) and call [Server.Serve]:
//
//	store := seedlink.NewMemory(seedlink.MemoryConfig{})
//	server := &seedlink.Server{Store: store, Organization: "Example Observatory"}
//	go server.Serve(ctx, listener)
//	store.Append(id, startNS, endNS, record)
//
// To collect, describe the streams and call [Client.Run] for one connection or
// [Client.Follow] to stay connected:
//
//	client := &seedlink.Client{Address: "localhost:18000", Streams: []seedlink.StreamRequest{
//		{Network: "XX", Station: "ABC", Selectors: []string{"HH?"}},
//	}}
//	err := client.Run(ctx, func(p seedlink.Packet) error { … })
//
// The protocol is that of the SeisComP server and its manual; where ringserver
// and libslink extend it (wildcards in STATION, CAPABILITIES EXTREPLY) the
// extension is spoken too. Version 3 carries only miniSEED 2 records of 512
// bytes: clients read exactly 520 bytes per packet. A server passes over other
// records and counts them ([Stats.Skipped]).
//
// Promises: nothing here panics on any bytes received; every line, record,
// queue and document has a bound; no reader holds up the writer of the Store or
// another reader; nothing polls. The package is silent unless given a logger.
//
// What belongs to version 3 alone is in the files whose names begin with v3;
// the session, the delivery and the Store know 64-bit sequences and any record.
package seedlink

// DefaultPort and DefaultTLSPort are the ports that IANA and custom give to
// SeedLink without and with TLS.
const (
	DefaultPort    = "18000"
	DefaultTLSPort = "18500"
)
