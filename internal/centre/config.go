package centre

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"houfeng/internal/chain/acquire"
	"houfeng/internal/chain/associate"
	"houfeng/internal/chain/intensity"
	"houfeng/internal/chain/locate"
	"houfeng/internal/chain/magnitude"
	"houfeng/internal/chain/pick"
	"houfeng/internal/chain/publish"
	"houfeng/internal/chain/quality"
	"houfeng/internal/seis"
)

// Config is the configuration of a centre: what `houfeng config` prints, with
// units and ranges. The parameters of the chain's stages are the stages' own
// options. Start from [DefaultConfig], [ReadConfig] or [ParseConfig].
type Config struct {
	Name   string // of the centre, for people
	Agency string // id of the centre in products
	Data   string // folder of journal, ring, archive and catalogue

	Acquisition acquire.JudgeOptions
	Upstreams   []acquire.UpstreamConfig
	Journal     JournalConfig
	Ring        RingConfig
	Archive     ArchiveConfig
	HTTP        HTTPConfig
	SeedLink    SeedLinkConfig
	Inventory   []string // files and folders of station metadata
	Model       ModelConfig

	Quality   quality.Options
	Pick      pick.Options
	Associate associate.Options
	Locate    locate.Options
	Magnitude magnitude.Options
	Intensity intensity.Options
	Publish   publish.Options

	Trusts []TrustRule
	Log    LogConfig
}

// JournalConfig bounds the receipts journal and sets the pace of the chain.
type JournalConfig struct {
	MaxAge   time.Duration
	MaxBytes int64
	TickMS   int
}

// RingConfig bounds the ring of newest records.
type RingConfig struct{ MaxBytes int64 }

// ArchiveConfig says whether and where records are kept for good.
type ArchiveConfig struct {
	Enabled bool
	Path    string // "" is the folder sds under Config.Data
}

// HTTPConfig is the one HTTP server: console, web services, live streams.
type HTTPConfig struct {
	Listen   string // "" is none
	Hosts    []string
	MaxConns int
}

// SeedLinkConfig is the SeedLink server.
type SeedLinkConfig struct {
	Listen     string // "" is none
	MaxClients int
}

// ModelConfig names the travel-time model.
type ModelConfig struct {
	Name string // a built-in one
	File string // not "": a layered model in a file, instead
}

// TrustRule is a stream's standing as the operator sets it.
type TrustRule struct {
	Stream   string
	Standing string // "use", "non-deciding", "excluded"
	Weight   float64
	Reasons  []string
	From, To seis.Time
}

// LogConfig is about the log on standard error.
type LogConfig struct{ Level, Format string }

// DefaultConfig returns the configuration of a centre that was told nothing.
func DefaultConfig() *Config {
	c := &Config{}
	for i := range settings {
		if !settings[i].repeated() {
			settings[i].reset(c)
		}
	}
	c.derive()
	return c
}

// derive fills what follows from other settings.
func (c *Config) derive() {
	c.Quality.MinRateHz = c.Pick.MinRateHz // a stream is ready when it can be picked
	for i := range c.Upstreams {
		c.Upstreams[i].Name = nameOf(c.Upstreams[i])
	}
}

// nameOf returns an upstream's name, its address where it was given none.
func nameOf(u acquire.UpstreamConfig) string {
	if u.Name != "" {
		return u.Name
	}
	_, address, _ := strings.Cut(u.URL, "://")
	return address
}

// maxConfig is the largest configuration file read, in bytes.
const maxConfig = 1 << 20

// ReadConfig reads the configuration file name. Relative paths in it start at
// the folder of the file. What is wrong with it comes as [Mistakes].
func ReadConfig(name string) (*Config, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	if info.Size() > maxConfig {
		return nil, fmt.Errorf("read configuration %s: %d bytes, want at most %d", name, info.Size(), maxConfig)
	}
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	c, err := ParseConfig(b, name)
	if err != nil {
		return nil, err
	}
	c.resolve(filepath.Dir(name))
	return c, nil
}

// resolve makes relative paths start at folder dir.
func (c *Config) resolve(dir string) {
	abs := func(p string) string {
		if p == "" || filepath.IsAbs(p) {
			return p
		}
		return filepath.Join(dir, p)
	}
	for i := range settings {
		s := &settings[i]
		if !s.path {
			continue
		}
		switch p := s.at(c).(type) {
		case *string:
			*p = abs(*p)
		case *[]string:
			for j := range *p {
				(*p)[j] = abs((*p)[j])
			}
		}
	}
}

// Standings returns the trust rules in the words of the chain.
func (c *Config) Standings() []seis.Trust {
	var out []seis.Trust
	for _, r := range c.Trusts {
		t := seis.Trust{Stream: r.Stream, Weight: r.Weight, Reasons: r.Reasons, Start: r.From, End: r.To}
		switch r.Standing {
		case seis.NonDeciding.String():
			t.Standing = seis.NonDeciding
		case seis.Excluded.String():
			t.Standing = seis.Excluded
		}
		out = append(out, t)
	}
	return out
}
