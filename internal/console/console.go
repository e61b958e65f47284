// Package console holds the operators' page as it is served: the built form of
// the Svelte source in the folder web, which `make console` builds into the
// folder assets. The names of the files do not change between versions, so
// that a rebuild can be compared with what is committed.
//
// Package httpd serves it; centre hands [Files] over.
package console

import (
	"embed"
	"io/fs"
)

//go:embed assets
var assets embed.FS

// Files returns the files of the page; index.html is where it begins.
func Files() fs.FS {
	sub, err := fs.Sub(assets, "assets")
	if err != nil {
		panic(err) // the name above is valid
	}
	return sub
}
