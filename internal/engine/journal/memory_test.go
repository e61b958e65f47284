package journal_test

import (
	"testing"

	"go.uber.org/goleak"

	"houfeng/internal/engine/journal"
	"houfeng/internal/engine/journal/journaltest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestMemory(t *testing.T) {
	journaltest.Test(t, func(*testing.T) journal.Journal { return journal.NewMemory() })
}
