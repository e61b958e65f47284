package seedlink

import (
	"cmp"
	"slices"
)

// Connections returns the open connections, oldest first.
func (s *Server) Connections() []Connection {
	s.init()
	s.mu.Lock()
	out := make([]Connection, 0, len(s.sessions))
	for sess := range s.sessions {
		out = append(out, sess.describe())
	}
	s.mu.Unlock()
	slices.SortFunc(out, func(a, b Connection) int {
		return cmp.Or(a.Since.Compare(b.Since), a.Remote.Compare(b.Remote))
	})
	return out
}

// Disconnect closes the connections that which selects and returns how many
// there were: for a change of who may see what, or a client that misbehaves.
func (s *Server) Disconnect(which func(Connection) bool) int {
	s.init()
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for sess := range s.sessions {
		if which(sess.describe()) {
			sess.cancel()
			n++
		}
	}
	return n
}
