package sim

import (
	"embed"
	"fmt"
	"os"
	"slices"
	"strings"

	"houfeng/internal/sim/scene"
)

//go:embed scenes/*.scene
var shipped embed.FS

// Scenes returns the names of the scenes that come with the program, sorted.
func Scenes() []string {
	entries, err := shipped.ReadDir("scenes")
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".scene"))
	}
	slices.Sort(names)
	return names
}

// Text returns the text of a scene that comes with the program, by name.
func Text(name string) ([]byte, error) {
	b, err := shipped.ReadFile("scenes/" + strings.TrimSuffix(name, ".scene") + ".scene")
	if err != nil {
		return nil, fmt.Errorf("no scene is called %q; there are %s", name, strings.Join(Scenes(), ", "))
	}
	return b, nil
}

// Load reads a scene: one that comes with the program, by name, or else a file.
func Load(nameOrPath string) (*scene.Scene, error) {
	if slices.Contains(Scenes(), strings.TrimSuffix(nameOrPath, ".scene")) {
		b, err := Text(nameOrPath)
		if err != nil {
			return nil, err
		}
		return scene.Parse(nameOrPath, b)
	}
	b, err := os.ReadFile(nameOrPath)
	if err != nil {
		return nil, fmt.Errorf("read scene: %w (scenes that come with the program: %s)", err, strings.Join(Scenes(), ", "))
	}
	return scene.Parse(nameOrPath, b)
}
