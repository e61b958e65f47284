package seedlink

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"houfeng/fdsn"
)

// scene fills a store for the tables: station ABC of network XX with three
// streams in turn (HHZ 1 4 7, HHN 2 5 8, 00BHZ 3 6 9), DEF of XX with 10HHZ 1–3
// and GHI of YY with HHZ 1–2. Record n of a station lasts ten seconds from
// 03:00:00 + (n−1)·10 s on 2026-01-02.
func scene() *Memory {
	m := NewMemory(MemoryConfig{})
	for i := range 9 {
		fill(m, []fdsn.ID{abcZ, abcN, abc00}[i%3], epoch.Add(time.Duration(i)*10*time.Second), 1)
	}
	fill(m, defZ, epoch, 3)
	fill(m, ghiZ, epoch, 2)
	m.Describe("XX", "ABC", `A "hill" & more <é>`)
	return m
}

const helloWant = "SeedLink v3.1 (Houfeng) :: SLPROTO:3.1 CAP EXTREPLY NSWILDCARD BATCH Test Observatory"

type step struct{ send, want string }

// later is a step in which records arrive: two of ABC (HHZ, 00BHZ) and one
// of DEF.
const later = "…"

func TestV3Commands(t *testing.T) {
	for _, tt := range []struct {
		name   string
		server func(*Server)
		steps  []step
	}{
		// Terminators and words (5.1 of the SeedLink check list).
		{"silent at first", nil, []step{{"", ""}}},
		{"CRLF", nil, []step{{"HELLO\r\n", helloWant}}},
		{"lone CR", nil, []step{{"HELLO\r", helloWant}, {"BYE\r", "closed"}}},
		{"lone LF", nil, []step{{"HELLO\n", helloWant}}},
		{"LF of a CRLF that comes late", nil, []step{{"HELLO\r", helloWant}, {"\nHELLO\r", helloWant}}},
		{"lower case", nil, []step{{"hello\r\n", helloWant}}},
		{"two spaces and a tab", nil, []step{{"STATION  ABC\tXX \r", "OK"}}},
		{"empty lines", nil, []step{{"\r\n\r\n\n\r", ""}, {"HELLO\r\n", helloWant}}},
		{"half a command", nil, []step{{"HEL", ""}, {"LO\r\n", helloWant}}},
		{"pipelined", nil, []step{{"STATION ABC XX\r\nSELECT HHZ\r\nSELECT Q!\r\nDATA\r\n", "OK OK ERROR OK"}}},
		{"line of 254 bytes", nil, []step{{"HELLO" + strings.Repeat(" ", 249) + "\r\n", helloWant}}},
		{"line of 255 bytes", nil, []step{{"HELLO" + strings.Repeat(" ", 250) + "\r\n", "ERROR"}, {"HELLO\r\n", helloWant}}},
		{"line without end", nil, []step{{strings.Repeat("x", 20<<10), "closed"}}},
		{"bytes that are no text", nil, []step{{"HEL\x00LO\r\n", "ERROR"}, {"STATION \xff XX\r\n", "ERROR"}}},
		{"unknown command", nil, []step{{"NONSENSE\r\n", "ERROR"}, {"HELLO\r\n", helloWant}}},
		{"HTTP", nil, []step{{"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "ERROR ERROR"}}},
		{"version 4", nil, []step{{"SLPROTO 4.0\r\n", "ERROR"}, {"USERAGENT x/1\r\n", "ERROR"}, {"AUTH USERPASS a b\r\n", "ERROR"}}},

		// HELLO, CAPABILITIES, BATCH, CAT, BYE.
		{"HELLO repeated", nil, []step{{"HELLO\r\n", helloWant}, {"HELLO\r\n", helloWant}}},
		{"HELLO is cut to what old clients read", func(s *Server) { s.Software = strings.Repeat("s", 300); s.Organization = "o\r\no" },
			[]step{{"HELLO\r\n", "SeedLink v3.1 (" + strings.Repeat("s", 197-len("SeedLink v3.1 () :: SLPROTO:3.1 CAP EXTREPLY NSWILDCARD BATCH")) + ") :: SLPROTO:3.1 CAP EXTREPLY NSWILDCARD BATCH o??o"}}},
		{"extended replies", nil, []step{
			{"CAPABILITIES EXTREPLY\r\n", "OK"},
			{"SELECT 00\r\n", `ERROR|ARGUMENTS selector "00": 2 letters, want CCC or LLCCC`},
			{"NONSENSE\r\n", "ERROR|UNSUPPORTED command NONSENSE is not known"},
			{"STATION ABC XX\r\n", "OK"}}},
		{"other capabilities", nil, []step{{"CAPABILITIES FOO\r\n", "OK"}, {"NONSENSE\r\n", "ERROR"}}},
		{"BATCH before HELLO", nil, []step{
			{"BATCH\r\n", "OK"},
			{"STATION ABC XX\r\nSELECT BAD!\r\nSELECT HHZ\r\nNONSENSE\r\nDATA 1\r\n", ""},
			{"END\r\n", "ABC.HHZ#000001 ABC.HHZ#000004 ABC.HHZ#000007"}}},
		{"CAT", nil, []step{{"CAT\r\n", `XX ABC   A "hill" & more <?> XX DEF    YY GHI    END`}}},
		{"BYE", nil, []step{{"BYE\r\n", "closed"}}},

		// STATION.
		{"station without network", nil, []step{{"STATION GHI\r\n", "OK"}, {"DATA 1\r\n", "OK"}, {"END\r\n", "GHI.HHZ#000001 GHI.HHZ#000002"}}},
		{"station without network, next", nil, []step{{"STATION GHI\r\nDATA\r\nSTATION DEF\r\nDATA\r\nEND\r\n", "OK OK OK OK"}, {later, "DEF.10HHZ#000004"}}},
		{"station of another network", nil, []step{{"STATION GHI XX\r\nDATA 1\r\nEND\r\n", "OK OK"}}},
		{"station unknown, taken for one to come", nil, []step{{"STATION NONE XX\r\nDATA\r\nEND\r\n", "OK OK"}}},
		{"station unknown, known only", func(s *Server) { s.KnownOnly = true },
			[]step{{"STATION NONE XX\r\n", "ERROR"}, {"SELECT HHZ\r\n", "ERROR"}, {"DATA\r\n", "ERROR"}, {"STATION ABC XX\r\n", "OK"}, {"STATION * YY\r\n", "OK"}}},
		{"station wildcards", nil, []step{{"STATION ?E* X?\r\nDATA ALL\r\nEND\r\n", "OK OK DEF.10HHZ#000001 DEF.10HHZ#000002 DEF.10HHZ#000003"}}},
		{"first that fits", nil, []step{
			{"STATION DEF XX\r\nDATA 3\r\nSTATION * *\r\nSELECT HHN\r\nDATA ALL\r\nEND\r\n", "OK OK OK OK OK ABC.HHN#000002 ABC.HHN#000005 ABC.HHN#000008 DEF.10HHZ#000003"}}},
		{"station too long", nil, []step{{"STATION " + strings.Repeat("A", 9) + " XX\r\n", "ERROR"}}},
		{"station with odd letters", nil, []step{{"STATION A/B XX\r\n", "ERROR"}, {"STATION\r\n", "ERROR"}, {"STATION A B C\r\n", "ERROR"}}},
		{"commands after a refused station are refused", nil, []step{
			{"STATION A/B XX\r\nSELECT HHZ\r\nDATA\r\nTIME 2026,1,1,0,0,0\r\n", "ERROR ERROR ERROR ERROR"}, {"END\r\n", "ERROR"}}},
		{"station asked again", nil, []step{
			{"STATION ABC XX\r\nSELECT HHZ\r\nDATA 1\r\nSTATION ABC XX\r\nDATA 5\r\nEND\r\n", "OK OK OK OK OK ABC.HHZ#000007"}}},
		{"station without DATA gives nothing", nil, []step{
			{"STATION DEF XX\r\nSTATION GHI YY\r\nDATA 2\r\nEND\r\n", "OK OK OK GHI.HHZ#000002"}}},

		// SELECT.
		{"select channel", nil, sel("HHN", "ABC.HHN#000002 ABC.HHN#000005 ABC.HHN#000008")},
		{"select lower case", nil, sel("hhn", "ABC.HHN#000002 ABC.HHN#000005 ABC.HHN#000008")},
		{"select wildcard", nil, sel("?HZ", "ABC.HHZ#000001 ABC.00BHZ#000003 ABC.HHZ#000004 ABC.00BHZ#000006 ABC.HHZ#000007 ABC.00BHZ#000009")},
		{"select location", nil, sel("00???", "ABC.00BHZ#000003 ABC.00BHZ#000006 ABC.00BHZ#000009")},
		{"select empty location", nil, sel("--HHZ", "ABC.HHZ#000001 ABC.HHZ#000004 ABC.HHZ#000007")},
		{"select half a location", nil, sel("0?BH?", "ABC.00BHZ#000003 ABC.00BHZ#000006 ABC.00BHZ#000009")},
		{"select with type", nil, sel("HHN.D", "ABC.HHN#000002 ABC.HHN#000005 ABC.HHN#000008")},
		{"select with another type", nil, sel("HHN.L", "")},
		{"select type", nil, sel("D !?HZ", "ABC.HHN#000002 ABC.HHN#000005 ABC.HHN#000008")},
		{"select excluding", nil, sel("!00??? !HHZ", "ABC.HHN#000002 ABC.HHN#000005 ABC.HHN#000008")},
		{"select both", nil, sel("HH? !HHZ", "ABC.HHN#000002 ABC.HHN#000005 ABC.HHN#000008")},
		{"select nothing cancels", nil, []step{
			{"STATION DEF XX\r\nSELECT BHZ\r\nSELECT\r\nDATA 1\r\nEND\r\n", "OK OK OK OK DEF.10HHZ#000001 DEF.10HHZ#000002 DEF.10HHZ#000003"}}},
		{"select is refused", nil, []step{{"STATION ABC XX\r\n", "OK"},
			{"SELECT .D\r\nSELECT 00\r\nSELECT HH\r\nSELECT X\r\nSELECT HHZ.X\r\nSELECT HHZ.\r\nSELECT !\r\nSELECT HH*\r\nSELECT HHZ BHZ\r\n",
				"ERROR ERROR ERROR ERROR ERROR ERROR ERROR ERROR ERROR"}}},
		{"too many selectors", func(s *Server) { s.Limits.Selectors = 2 }, []step{{"STATION ABC XX\r\nSELECT HHZ\r\nSELECT HHN\r\nSELECT HHE\r\n", "OK OK OK ERROR"}}},

		// DATA.
		{"DATA: next", nil, []step{{"STATION ABC XX\r\nDATA\r\nEND\r\n", "OK OK"}, {later, "ABC.HHZ#00000A ABC.00BHZ#00000B"}}},
		{"DATA n", nil, data("DATA 8", "ABC.HHN#000008 ABC.00BHZ#000009")},
		{"DATA n of six digits", nil, data("DATA 000009", "ABC.00BHZ#000009")},
		{"DATA 0x", nil, data("DATA 0x9", "ABC.00BHZ#000009")},
		{"DATA at the tip", nil, append(data("DATA A", ""), step{later, "ABC.HHZ#00000A ABC.00BHZ#00000B"})},
		{"DATA from another life", nil, data("DATA 123456", "ABC.HHZ#000001 ABC.HHN#000002 ABC.00BHZ#000003 ABC.HHZ#000004 ABC.HHN#000005 ABC.00BHZ#000006 ABC.HHZ#000007 ABC.HHN#000008 ABC.00BHZ#000009")},
		{"DATA ALL", nil, []step{{"STATION DEF XX\r\nDATA ALL\r\nEND\r\n", "OK OK DEF.10HHZ#000001 DEF.10HHZ#000002 DEF.10HHZ#000003"}}},
		{"DATA n time: a window", nil, data("DATA 1 2026,1,2,3,1,5", "ABC.HHZ#000007 ABC.HHN#000008 ABC.00BHZ#000009")},
		{"DATA n time: the record before n", nil, data("DATA 5 2026,01,02,03,00,30", "ABC.HHN#000005 ABC.00BHZ#000006 ABC.HHZ#000007 ABC.HHN#000008 ABC.00BHZ#000009")},
		{"DATA is refused", nil, []step{{"STATION ABC XX\r\n", "OK"},
			{"DATA x\r\nDATA 1000001\r\nDATA -1\r\nDATA 1 yesterday\r\nDATA 1 2026,13,1,0,0,0\r\nDATA 1 2026,2,30,0,0,0\r\nDATA 1 2026,1,1,0,0,0 2\r\n",
				"ERROR ERROR ERROR ERROR ERROR ERROR ERROR"}, {"END\r\n", "ERROR"}}},
		{"each station its own place", nil, []step{
			{"STATION ABC XX\r\nDATA 9\r\nSTATION DEF XX\r\nDATA 2\r\nSTATION GHI YY\r\nDATA\r\nEND\r\n",
				"OK OK OK OK OK OK ABC.00BHZ#000009 DEF.10HHZ#000002 DEF.10HHZ#000003"},
			{later, "ABC.HHZ#00000A ABC.00BHZ#00000B DEF.10HHZ#000004"}}},
		{"wildcard and sequence: next", nil, []step{{"STATION * *\r\nDATA 1\r\nEND\r\n", "OK OK"}}},
		{"wildcard, sequence and time: the time", nil, []step{{"STATION * XX\r\nDATA 1 2026,1,2,3,0,25\r\nSELECT\r\nEND\r\n",
			"OK OK OK ABC.00BHZ#000003 ABC.HHZ#000004 ABC.HHN#000005 ABC.00BHZ#000006 ABC.HHZ#000007 ABC.HHN#000008 ABC.00BHZ#000009 DEF.10HHZ#000003"}}},

		// FETCH.
		{"FETCH n", nil, []step{{"STATION DEF XX\r\nFETCH 2\r\nEND\r\n", "OK OK DEF.10HHZ#000002 DEF.10HHZ#000003 END"}, {later, ""}, {"BYE\r\n", "closed"}}},
		{"FETCH of several", nil, []step{{"STATION DEF XX\r\nFETCH 3\r\nSTATION GHI YY\r\nFETCH ALL\r\nEND\r\n", "OK OK OK OK DEF.10HHZ#000003 GHI.HHZ#000001 GHI.HHZ#000002 END"}}},
		{"FETCH: nothing", nil, []step{{"STATION DEF XX\r\nFETCH\r\nEND\r\n", "OK OK END"}}},
		{"FETCH at the tip", nil, []step{{"STATION DEF XX\r\nFETCH 4\r\nEND\r\n", "OK OK END"}}},
		{"FETCH of a station unknown", nil, []step{{"STATION NONE XX\r\nFETCH 1\r\nEND\r\n", "OK OK END"}}},
		{"FETCH beside DATA never ends", nil, []step{{"STATION DEF XX\r\nFETCH 3\r\nSTATION GHI YY\r\nDATA 2\r\nEND\r\n", "OK OK OK OK DEF.10HHZ#000003 GHI.HHZ#000002"}, {later, ""}}},

		// TIME. The clock of the test stands at 2000-01-01, so that the windows lie in
		// the future; those that have passed are tested in TestV3Window.
		{"TIME begin", nil, data("TIME 2026,1,2,3,1,15", "ABC.HHN#000008 ABC.00BHZ#000009")},
		{"TIME unpadded and padded", nil, data("TIME 2026,01,02,03,01,15", "ABC.HHN#000008 ABC.00BHZ#000009")},
		{"TIME begin end", nil, data("TIME 2026,1,2,3,0,10 2026,1,2,3,0,30", "ABC.HHN#000002 ABC.00BHZ#000003")},
		{"each station its own window", nil, []step{
			{"STATION ABC XX\r\nTIME 2026,1,2,3,1,20\r\nSTATION DEF XX\r\nTIME 2026,1,2,3,0,0 2026,1,2,3,0,10\r\nEND\r\n", "OK OK OK OK ABC.00BHZ#000009 DEF.10HHZ#000001"}}},
		{"TIME is refused", nil, []step{{"STATION ABC XX\r\n", "OK"},
			{"TIME\r\nTIME 2026-01-01\r\nTIME 2026,1,1,0,0,0 2026,1,1,0,0,0\r\nTIME 2026,1,1,0,0,0 1\r\nTIME 2026,1,1,24,0,0\r\n", "ERROR ERROR ERROR ERROR ERROR"}}},

		// Uni-station mode: no reply, data at once.
		{"uni-station DATA", nil, []step{{"SELECT HHZ\r\n", "OK"}, {"DATA\r\n", ""}, {later, "ABC.HHZ#00000A DEF.10HHZ#000004"}}},
		{"uni-station of a default station", func(s *Server) { s.DefaultStation = "XX.DEF" },
			[]step{{"DATA 2\r\n", "DEF.10HHZ#000002 DEF.10HHZ#000003"}, {later, "DEF.10HHZ#000004"}}},
		{"uni-station FETCH", func(s *Server) { s.DefaultStation = "XX.DEF" }, []step{{"FETCH 3\r\n", "DEF.10HHZ#000003 END"}}},
		{"uni-station TIME", func(s *Server) { s.DefaultStation = "XX.DEF" }, []step{{"TIME 2026,1,2,3,0,20\r\n", "DEF.10HHZ#000003"}}},
		{"uni-station error", nil, []step{{"DATA x\r\n", "ERROR"}, {"END\r\n", "ERROR"}}},

		// Data phase.
		{"END without anything", nil, []step{{"END\r\n", "ERROR"}}},
		{"data phase takes INFO and BYE only", nil, []step{
			{"STATION DEF XX\r\nDATA 3\r\nEND\r\n", "OK OK DEF.10HHZ#000003"},
			{"HELLO\r\nSTATION GHI YY\r\nDATA 1\r\nNONSENSE\r\n\x00\r\n", ""},
			{"INFO ID\r\n", infoID},
			{later, "DEF.10HHZ#000004"},
			{"BYE\r\n", "closed"}}},

		// INFO.
		{"INFO ID", nil, []step{{"INFO ID\r\n", infoID}, {"info id\r\n", infoID}}},
		{"INFO CAPABILITIES", nil, []step{{"INFO CAPABILITIES\r\n", infoHead +
			`<capability name="dialup"/><capability name="multistation"/><capability name="window-extraction"/>` +
			`<capability name="info:id"/><capability name="info:capabilities"/><capability name="info:stations"/><capability name="info:streams"/></seedlink>}`}}},
		{"INFO STATIONS", nil, []step{{"INFO STATIONS\r\n", infoHead +
			`<station name="ABC" network="XX" description="A &quot;hill&quot; &amp; more &lt;&#233;&gt;" begin_seq="000001" end_seq="000009" stream_check="enabled"/>` +
			`<station name="DEF" network="XX" description="" begin_seq="000001" end_seq="000003" stream_check="enabled"/>` +
			`<station name="GHI" network="YY" description="" begin_seq="000001" end_seq="000002" stream_check="enabled"/></seedlink>}`}}},
		{"INFO STREAMS", func(s *Server) {
			s.Allow = func(_ netip.Addr, id fdsn.ID) bool { return id.Station == "ABC" && id.Channel != "HHN" }
		}, []step{{"INFO STREAMS\r\n", infoHead +
			`<station name="ABC" network="XX" description="A &quot;hill&quot; &amp; more &lt;&#233;&gt;" begin_seq="000001" end_seq="000009" stream_check="enabled">` +
			`<stream location="" seedname="HHZ" type="D" begin_time="2026/01/02 03:00:00.0000" end_time="2026/01/02 03:01:10.0000"/>` +
			`<stream location="00" seedname="BHZ" type="D" begin_time="2026/01/02 03:00:20.0000" end_time="2026/01/02 03:01:30.0000"/></station></seedlink>}`}}},
		{"INFO CONNECTIONS of strangers", nil, []step{{"INFO CONNECTIONS\r\n", "refused{INFO CONNECTIONS is not given to this address}"}}},
		{"INFO GAPS", nil, []step{{"INFO GAPS\r\n", "refused{INFO GAPS is not known}"}, {"INFO ALL\r\n", "refused{INFO ALL is not known}"},
			{"INFO\r\n", "refused{INFO wants a level}"}, {"INFO ID x\r\n", "refused{INFO wants a level}"}}},
		{"INFO refused in the data phase", nil, []step{
			{"STATION DEF XX\r\nDATA\r\nEND\r\n", "OK OK"}, {"INFO GAPS\r\n", "refused{INFO GAPS is not known}"}}},
		{"INFO after END", nil, []step{{"STATION DEF XX\r\nFETCH\r\nEND\r\n", "OK OK END"}, {"INFO ID\r\n", infoID}}},

		// Who may see what.
		{"streams not allowed are absent", func(s *Server) {
			s.Allow = func(_ netip.Addr, id fdsn.ID) bool { return id.Channel == "HHN" }
			s.KnownOnly = true
		}, []step{
			{"STATION DEF XX\r\n", "ERROR"},
			{"STATION ABC XX\r\nDATA 1\r\nEND\r\n", "OK OK ABC.HHN#000002 ABC.HHN#000005 ABC.HHN#000008"}, {later, ""}}},

		// Limits.
		{"too many bad commands", func(s *Server) { s.Limits.Bad = 2 }, []step{{"X\r\nX\r\n", "ERROR ERROR"}, {"X\r\n", "closed"}}},
		{"too many commands", func(s *Server) { s.Limits.Commands = 3 }, []step{{"HELLO\r\nHELLO\r\n\r\n", helloWant + " " + helloWant}, {"HELLO\r\n", "closed"}}},
		{"too many stations", func(s *Server) { s.Limits.Stations = 1 }, []step{{"STATION ABC XX\r\nSTATION DEF XX\r\n", "OK ERROR"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				m := scene()
				s := &Server{Store: m, Organization: "Test Observatory"}
				if tt.server != nil {
					tt.server(s)
				}
				w := dialWire(ctx, t, s)
				defer w.close()
				for _, step := range tt.steps {
					send := step.send
					if send == later {
						fill(m, abcZ, epoch.Add(90*time.Second), 1)
						fill(m, abc00, epoch.Add(100*time.Second), 1)
						fill(m, defZ, epoch.Add(30*time.Second), 1)
						send = ""
					}
					if got := w.send(send); inOneLine(got) != step.want {
						t.Fatalf("%q gave\n  %s\nwant\n  %s", clip(step.send), inOneLine(got), step.want)
					}
				}
			})
		})
	}
}

// inOneLine drops the line breaks of documents.
func inOneLine(s string) string { return strings.ReplaceAll(s, "\n", "") }

const (
	infoHead = `info{<?xml version="1.0"?><seedlink software="SeedLink v3.1 (Houfeng) :: SLPROTO:3.1 CAP EXTREPLY NSWILDCARD BATCH" organization="Test Observatory" started="2000/01/01 00:00:00.0000">`
	infoID   = infoHead + `</seedlink>}`
)

// sel asks for all of ABC through selectors.
func sel(patterns, want string) []step {
	send, ok := "STATION ABC XX\r\n", "OK"
	for _, p := range strings.Fields(patterns) {
		send += "SELECT " + p + "\r\n"
		ok += " OK"
	}
	return []step{{send + "DATA 1\r\nEND\r\n", strings.TrimSpace(ok + " OK " + want)}}
}

// data asks for ABC.
func data(command, want string) []step {
	return []step{{"STATION ABC XX\r\n" + command + "\r\nEND\r\n", strings.TrimSpace("OK OK " + want)}}
}

// TestV3OneWrite holds the server to what ObsPy takes for granted, that one recv
// gives the whole reply, and to sending what is there of all stations at once.
func TestV3OneWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		s := &Server{Store: scene()}
		w := dialWire(ctx, t, s)
		defer w.close()
		for _, send := range []string{"HELLO\r", "STATION ABC XX\r", "NONSENSE\r", "INFO STREAMS\r", "CAT\r", "DATA 1\r", "STATION * *\r", "DATA ALL\r", "END\r"} {
			fmt.Fprint(w.conn, send)
			synctest.Wait()
			w.mu.Lock()
			if w.writes != 1 {
				t.Errorf("%q was answered in %d writes, want 1", send, w.writes)
			}
			w.writes = 0
			w.mu.Unlock()
		}
	})
}
