#!/usr/bin/env python3
"""Reads the miniSEED files of the shared data with libmseed (pymseed).

    python3 torture_libmseed.py DATA > torture_libmseed.tsv

As torture_obspy.py, which it complements: libmseed reads version 3. Samples
are hashed in the order of the records of each stream.
"""
import glob
import hashlib
import os
import sys

import numpy
import pymseed

root = sys.argv[1]
print("# pymseed", pymseed.__version__, "libmseed", pymseed.libmseed_version)
paths = glob.glob(root + "/seismic/mseed-torture/**", recursive=True) + glob.glob(root + "/seismic/bench-cola/*")
for path in sorted(paths):
    if os.path.isdir(path) or path.endswith(".md"):
        continue
    rel = os.path.relpath(path, root)
    streams = {}
    try:
        for r in pymseed.MS3Record.from_file(path, unpack_data=True, skip_not_data=True):
            s = streams.setdefault(r.sourceid, [r.starttime, r.samprate, 0, hashlib.sha256()])
            x = r.datasamples
            if r.sampletype == "t":
                x = numpy.frombuffer(bytes(x), dtype="u1")
            s[0] = min(s[0], r.starttime)
            s[2] += r.samplecnt
            s[3].update(numpy.array(x).astype("<f8").tobytes())
    except Exception as e:
        print(rel, "error", type(e).__name__ + ": " + str(e).strip().split("\n")[0][:90], sep="\t")
        continue
    if not streams:
        print(rel, "error", "no record", sep="\t")
    for sid, (start, rate, n, digest) in sorted(streams.items()):
        print(rel, sid, start, repr(float(rate)), n, digest.hexdigest(), sep="\t")
