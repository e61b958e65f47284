// Package golden finds what the tests of several packages share: other people's
// recordings with known answers, which are not part of this repository.
package golden

import (
	"os"
	"path/filepath"
	"testing"
)

// Data returns the folder of one set of the shared data, such as
// "seismic/e2e-hengill-2018". The data lies where HOUFENG_DATA says, or else in
// ../shared/data beside the repository. The test is skipped when it is not there.
func Data(tb testing.TB, set string) string {
	tb.Helper()
	root := os.Getenv("HOUFENG_DATA")
	if root == "" {
		top, err := os.Getwd()
		if err != nil {
			tb.Fatal(err)
		}
		for {
			if _, err := os.Stat(filepath.Join(top, "go.mod")); err == nil {
				break
			}
			up := filepath.Dir(top)
			if up == top {
				tb.Skip("no go.mod above the test: cannot tell where the shared data lies")
			}
			top = up
		}
		root = filepath.Join(filepath.Dir(top), "shared", "data")
	}
	dir := filepath.Join(root, filepath.FromSlash(set))
	if _, err := os.Stat(dir); err != nil {
		tb.Skipf("shared data %s is not here; set HOUFENG_DATA to the folder that holds it", set)
	}
	return dir
}
