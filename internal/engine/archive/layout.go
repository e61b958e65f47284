package archive

import (
	"fmt"
	"io/fs"
	"os"
	slashpath "path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"houfeng/fdsn"
)

// SDS (SeisComP Data Structure 1.0): YEAR/NET/STA/CHAN.D/NET.STA.LOC.CHAN.D.YEAR.DAY,
// with DAY from 001. An empty network code, which SDS does not know, is written
// as "--", which no code can be.
const noNetwork = "--"

func networkName(code string) string {
	if code == "" {
		return noNetwork
	}
	return code
}

// dir returns the folder of a stream's files in year, below the root.
func dir(id fdsn.ID, year int) string {
	return filepath.Join(fmt.Sprintf("%04d", year), networkName(id.Network), id.Station, id.Channel+".D")
}

func prefix(id fdsn.ID) string {
	return networkName(id.Network) + "." + id.Station + "." + id.Location + "." + id.Channel + ".D."
}

// path returns the file of a stream and day, below the root.
func path(id fdsn.ID, d day) string {
	t := d.date()
	return filepath.Join(dir(id, t.Year()), fmt.Sprintf("%s%04d.%03d", prefix(id), t.Year(), t.YearDay()))
}

// years lists the year folders of an archive, ascending.
func years(root string) ([]int, error) {
	names, err := os.ReadDir(root)
	if err != nil {
		return nil, err
	}
	var ys []int
	for _, e := range names {
		if y, err := strconv.Atoi(e.Name()); err == nil && len(e.Name()) == 4 && e.IsDir() {
			ys = append(ys, y)
		}
	}
	return ys, nil
}

// days lists the days for which a stream has a file, ascending.
func days(root string, id fdsn.ID) ([]day, error) {
	ys, err := years(root)
	if err != nil {
		return nil, err
	}
	var ds []day
	for _, y := range ys {
		names, err := os.ReadDir(filepath.Join(root, dir(id, y)))
		if err != nil {
			if os.IsNotExist(err) {
				continue
			}
			return nil, err
		}
		for _, e := range names {
			rest, ok := strings.CutPrefix(e.Name(), fmt.Sprintf("%s%04d.", prefix(id), y))
			n, err := strconv.Atoi(rest)
			if !ok || err != nil || len(rest) != 3 || n < 1 || n > 366 {
				continue
			}
			ds = append(ds, day(time.Date(y, 1, n, 0, 0, 0, 0, time.UTC).Unix()/86400))
		}
	}
	slices.Sort(ds)
	return ds, nil
}

// parseName returns the stream of a file name.
func parseName(name string) (fdsn.ID, bool) {
	p := strings.Split(name, ".")
	if len(p) != 7 || p[4] != "D" || len(p[5]) != 4 || len(p[6]) != 3 {
		return fdsn.ID{}, false
	}
	id := fdsn.ID{Network: p[0], Station: p[1], Location: p[2], Channel: p[3]}
	if id.Network == noNetwork {
		id.Network = ""
	}
	return id, checkID(id) == nil
}

// streams lists the streams that have a file.
func streams(root string) ([]fdsn.ID, error) {
	seen := map[fdsn.ID]bool{}
	files, err := fs.Glob(os.DirFS(root), "[0-9][0-9][0-9][0-9]/*/*/*.D/*.D.*")
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if id, ok := parseName(slashpath.Base(f)); ok {
			seen[id] = true
		}
	}
	ids := make([]fdsn.ID, 0, len(seen))
	for id := range seen {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, fdsn.Compare)
	return ids, nil
}
