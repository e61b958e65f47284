package catalogue

import (
	"database/sql"

	"houfeng/internal/seis"
)

// For the tests outside the package.
var (
	Encode = encode
	Decode = decode
	Digest = digest
)

const (
	MaxDocument   = maxDocument
	ApplicationID = applicationID
)

// Connections returns the connection that writes and those that read.
func (s *SQLite) Connections() (writer, readers *sql.DB) { return s.writer, s.readers }

// Statement returns the SQL of a query and its values.
func Statement(q Query) (string, []any) { return eventsSQL(&q, 1000) }

// The fixed statements, and the folder of migrations.
const (
	SQLNewest, SQLKept          = sqlNewest, sqlKept
	SQLAddRevision, SQLPutEvent = sqlAddRevision, sqlPutEvent
	SQLEvent, SQLRevisions      = sqlEvent, sqlRevisions
)

var Migrations = migrations

// Columns returns the values of SQLPutEvent.
func Columns(e seis.Event) []any {
	s := summaryOf(&e)
	return eventColumns(&s)
}
