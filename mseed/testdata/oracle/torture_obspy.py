#!/usr/bin/env python3
"""Reads the miniSEED files of the shared data with ObsPy and prints what it found.

    python3 torture_obspy.py DATA > torture_obspy.tsv

DATA holds seismic/mseed-torture and seismic/bench-cola. A line per stream of a
file: path, stream, start of the earliest sample (ns since 1970), rate, number
of samples, and SHA-256 of the samples as little endian float64, of its traces
in the order of the file; or a line "path, error, reason" where ObsPy gives up.
Text is hashed as bytes.
"""
import glob
import hashlib
import os
import sys
import warnings

import numpy
import obspy

warnings.simplefilter("ignore")
root = sys.argv[1]
print("# ObsPy", obspy.__version__)
paths = glob.glob(root + "/seismic/mseed-torture/**", recursive=True) + glob.glob(root + "/seismic/bench-cola/*")
for path in sorted(paths):
    if os.path.isdir(path) or path.endswith(".md"):
        continue
    rel = os.path.relpath(path, root)
    try:
        st = obspy.read(path, format="MSEED")
    except Exception as e:
        print(rel, "error", type(e).__name__ + ": " + str(e).strip().split("\n")[0][:90], sep="\t")
        continue
    streams = {}
    for tr in st:
        streams.setdefault(tr.id, []).append(tr)
    for sid, traces in sorted(streams.items()):
        digest = hashlib.sha256()
        for tr in traces:
            if tr.stats.mseed.encoding == "ASCII":
                x = numpy.frombuffer(b"".join(tr.data), dtype="u1") if len(tr.data) else numpy.zeros(0)
            else:
                x = tr.data
            digest.update(x.astype("<f8").tobytes())
        start = min(tr.stats.starttime.ns for tr in traces)
        print(rel, sid, start, repr(float(traces[0].stats.sampling_rate)), sum(tr.stats.npts for tr in traces),
              digest.hexdigest(), sep="\t")
