#!/bin/sh
# Measures what docs/results.md reports. Run by `make results`, in the repository.
set -eu
data=${HOUFENG_DATA:-../shared/data}/seismic
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
replay() { ./houfeng replay --quiet --out "$out/found" "$@" 2>/dev/null; }

if [ -d "$data" ]; then
	hill=$data/e2e-pleasanthill-m45
	for model in iasp91 concord-calaveras scsn ak135 gil7; do
		echo "=== Pleasant Hill, $model"
		replay --waveforms "$hill/raw" --inventory "$hill/raw" --model $model >/dev/null
		./houfeng compare --truth "$hill/event.json" --found "$out/found/events.xml"
		[ $model != iasp91 ] || cut -d, -f2,7-13 "$out/found/intensity.csv"
	done
	echo "=== Hengill"
	hengill=$data/e2e-hengill-2018
	replay --waveforms "$hengill/wave" --inventory "$hengill/stations.csv"
	echo "=== Alps, a distant earthquake at 1 Hz"
	replay --waveforms "$data/teleseism-alps-pylot" --inventory "$hengill/stations.csv"
	echo "=== Pickers"
	go test -count=1 -v -run Labelled ./internal/chain/pick | grep -E "P of|S of"
else
	echo "no recordings at $data: set HOUFENG_DATA; the simulated networks follow"
fi
for scene in teleseism hour40; do
	echo "=== $scene"
	./houfeng demo --scene $scene --write "$out/$scene" >/dev/null 2>&1
	replay --waveforms "$out/$scene/waveforms" --inventory "$out/$scene/stations.xml"
	[ $scene != hour40 ] || ./houfeng compare --truth "$out/$scene/truth.csv" --found "$out/found/events.xml"
done
