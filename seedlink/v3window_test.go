package seedlink

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// TestV3Window follows windows through time. Records of ten seconds arrive as
// they end, as from a station; at the start there are those of the last minute
// (HHZ#000001 to 6). The clock of the bubble says 2000-01-01 00:00:00.
func TestV3Window(t *testing.T) {
	type event struct {
		after time.Duration // since the event before
		do    func(m *Memory, now time.Time)
		want  string
	}
	live := func(m *Memory, now time.Time) { fill(m, abcZ, now.Add(-10*time.Second), 1) }
	none := func(*Memory, time.Time) {}
	for _, tt := range []struct {
		name, command, want string
		events              []event
	}{
		{"passed long ago", "TIME 1999,12,31,23,50,0 1999,12,31,23,54,0", "END", nil},
		{"passed, whole", "TIME 1999,12,31,23,59,10 1999,12,31,23,59,35", "ABC.HHZ#000002 ABC.HHZ#000003 ABC.HHZ#000004 END", nil},
		{"ends now", "TIME 1999,12,31,23,59,45 2000,1,1,0,0,0", "ABC.HHZ#000005 ABC.HHZ#000006 END", nil},
		{"into the future", "TIME 1999,12,31,23,59,55 2000,1,1,0,0,15", "ABC.HHZ#000006", []event{
			{10 * time.Second, live, "ABC.HHZ#000007"},
			{10 * time.Second, live, "ABC.HHZ#000008 END"},
			{10 * time.Second, live, ""}}},
		{"a record of 2099 does not end it", "TIME 1999,12,31,23,59,55 2000,1,1,0,0,15", "ABC.HHZ#000006", []event{
			{time.Second, func(m *Memory, _ time.Time) { fill(m, abcZ, time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC), 1) }, ""},
			{9 * time.Second, live, "ABC.HHZ#000008"},
			{10 * time.Second, live, "ABC.HHZ#000009 END"}}},
		{"the last record comes late", "TIME 1999,12,31,23,59,55 2000,1,1,0,0,5", "ABC.HHZ#000006", []event{
			{60 * time.Second, none, ""},
			{time.Second, func(m *Memory, _ time.Time) { fill(m, abcZ, time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), 1) }, "ABC.HHZ#000007 END"}}},
		{"a stream that stopped is not waited for without end", "TIME 1999,12,31,23,59,55 2000,1,1,0,0,5", "ABC.HHZ#000006", []event{
			{5*time.Second + 5*time.Minute - time.Millisecond, none, ""},
			{time.Millisecond, none, "END"}}},
		{"a second stream is waited for", "TIME 1999,12,31,23,59,55 2000,1,1,0,0,5", "ABC.HHZ#000006", []event{
			{time.Second, func(m *Memory, now time.Time) { fill(m, abcN, now.Add(-5*time.Second), 1) }, "ABC.HHN#000007"},
			{9 * time.Second, live, "ABC.HHZ#000008 END"}}},
		{"a second stream not selected is not", "SELECT HHZ\r\nTIME 1999,12,31,23,59,55 2000,1,1,0,0,5", "OK ABC.HHZ#000006", []event{
			{time.Second, func(m *Memory, now time.Time) { fill(m, abcN, now.Add(-60*time.Second), 1) }, ""},
			{9 * time.Second, live, "ABC.HHZ#000008 END"}}},
		{"a window of a station that never comes", "TIME 1999,12,31,23,59,55 2000,1,1,0,0,5\r\nSTATION NONE XX\r\nTIME 2000,1,1,0,0,0 2000,1,1,0,0,5", "OK OK ABC.HHZ#000006", []event{
			{10 * time.Second, live, "ABC.HHZ#000007"},
			{5 * time.Minute, none, "END"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				m := NewMemory(MemoryConfig{})
				fill(m, abcZ, time.Now().Add(-time.Minute), 6)
				w := dialWire(ctx, t, &Server{Store: m, Limits: Limits{Idle: time.Hour}})
				defer w.close()
				if got := w.send("STATION ABC XX\r\n" + tt.command + "\r\nEND\r\n"); got != "OK OK "+tt.want {
					t.Fatalf("at first\n  %s\nwant\n  OK OK %s", got, tt.want)
				}
				for i, e := range tt.events {
					time.Sleep(e.after)
					e.do(m, time.Now())
					if got := w.take(); got != e.want {
						t.Fatalf("event %d: %q, want %q", i, got, e.want)
					}
				}
			})
		})
	}
}
