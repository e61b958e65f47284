package catalogue_test

import (
	"testing"

	"houfeng/internal/engine/catalogue"
	"houfeng/internal/engine/catalogue/cataloguetest"
)

func TestMemory(t *testing.T) {
	cataloguetest.Test(t, func(*testing.T) catalogue.Catalogue { return catalogue.NewMemory() })
}
