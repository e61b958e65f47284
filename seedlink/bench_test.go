package seedlink

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"runtime"
	"slices"
	"testing"
	"time"

	"houfeng/fdsn"
)

// benchStore holds records of 50 stations with three streams each.
func benchStore(perStation int) *Memory {
	m := NewMemory(MemoryConfig{PerStation: perStation})
	for i := range perStation {
		for st := range 50 {
			id := fdsn.ID{Network: "XX", Station: fmt.Sprintf("S%03d", st), Location: "00", Channel: [3]string{"HHZ", "HHN", "HHE"}[i%3]}
			fill(m, id, epoch.Add(time.Duration(i)*time.Second), 1)
		}
	}
	return m
}

func serveBench(b *testing.B, s *Server) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, l) }()
	b.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			b.Error(err)
		}
	})
	return l.Addr().String()
}

// drain asks for everything held and reads n packets, looking at no more than
// their framing: it costs little beside the server.
func drain(address, commands string, n int) error {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, commands); err != nil {
		return err
	}
	r := bufio.NewReaderSize(conn, 128<<10)
	if _, err := r.Discard(len("OK\r\n")); err != nil {
		return err
	}
	for range n {
		head, err := r.Peek(v3Header)
		if err != nil {
			return err
		}
		if head[0] != 'S' || head[1] != 'L' {
			return fmt.Errorf("packet begins with %q", head)
		}
		if _, err := r.Discard(v3Packet); err != nil {
			return err
		}
	}
	return nil
}

// BenchmarkFanOut delivers 20000 records held to each of many clients.
func BenchmarkFanOut(b *testing.B) {
	const held = 400
	m := benchStore(held)
	for _, clients := range []int{1, 10, 100} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			address := serveBench(b, &Server{Store: m, Limits: Limits{PerAddress: 1000}})
			packets := 50 * held
			b.SetBytes(int64(clients * packets * v3Packet))
			for b.Loop() {
				errs := make(chan error, clients)
				for range clients {
					go func() { errs <- drain(address, "BATCH\r\nSTATION * *\r\nDATA ALL\r\nEND\r\n", packets) }()
				}
				for range clients {
					if err := <-errs; err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(b.N*clients*packets)/b.Elapsed().Seconds(), "packets/s")
		})
	}
}

// BenchmarkLatency measures from Append until a client of a loopback connection
// has the packet, one record at a time.
func BenchmarkLatency(b *testing.B) {
	for _, clients := range []int{1, 100} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			m := NewMemory(MemoryConfig{})
			fill(m, abcZ, epoch, 1)
			address := serveBench(b, &Server{Store: m, Limits: Limits{PerAddress: 1000}})
			arrived := make(chan time.Time, clients)
			for range clients {
				conn, err := net.Dial("tcp", address)
				if err != nil {
					b.Fatal(err)
				}
				b.Cleanup(func() { conn.Close() })
				io.WriteString(conn, "BATCH\r\nSTATION ABC XX\r\nDATA ALL\r\nEND\r\n")
				r := bufio.NewReader(conn)
				r.Discard(len("OK\r\n") + v3Packet) // the one held: the client is listening
				go func() {
					for {
						if _, err := r.Discard(v3Packet); err != nil {
							return
						}
						arrived <- time.Now()
					}
				}()
			}
			raw := testRecord(abcZ, epoch, time.Second)
			var all []time.Duration
			for b.Loop() {
				sent := time.Now()
				m.Append(abcZ, 0, 1, raw)
				for range clients {
					all = append(all, (<-arrived).Sub(sent))
				}
			}
			slices.Sort(all)
			b.ReportMetric(float64(all[len(all)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(all[len(all)*99/100].Microseconds()), "p99-µs")
		})
	}
}

// BenchmarkAppend is what a store's writer pays while clients listen that
// nobody reads from: waking must not wait for them.
func BenchmarkAppend(b *testing.B) {
	for _, clients := range []int{0, 1, 100} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			m := NewMemory(MemoryConfig{})
			fill(m, abcZ, epoch, 1)
			address := serveBench(b, &Server{Store: m, Limits: Limits{PerAddress: 1000}})
			for range clients {
				conn, err := net.Dial("tcp", address)
				if err != nil {
					b.Fatal(err)
				}
				b.Cleanup(func() { conn.Close() })
				io.WriteString(conn, "BATCH\r\nSTATION ABC XX\r\nDATA ALL\r\nEND\r\n")
				bufio.NewReader(conn).Discard(len("OK\r\n") + v3Packet)
			}
			raw := testRecord(abcZ, epoch, time.Second)
			b.ReportAllocs()
			for b.Loop() {
				m.Append(abcZ, 0, 1, raw)
			}
			runtime.KeepAlive(m)
		})
	}
}
