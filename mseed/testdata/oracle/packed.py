#!/usr/bin/env python3
"""Reads packed miniSEED files with ObsPy and prints what it found.

    HOUFENG_OBSPY=python3 go test ./mseed -run PackedObsPy -update

runs it on files made by the test and keeps its answer in packed_obspy.tsv. A
line per file: name, SHA-256 of the file, and of each trace its stream, start
(ns since 1970), rate, number of samples, quality, and SHA-256 of the samples
as little endian float64.
"""
import glob
import hashlib
import os
import sys
import warnings

import obspy
from obspy.io.mseed.util import get_record_information

warnings.simplefilter("error")  # a warning is a finding
print("# ObsPy", obspy.__version__)
for path in sorted(glob.glob(sys.argv[1] + "/*.mseed")):
    with open(path, "rb") as f:
        line = [os.path.basename(path), hashlib.sha256(f.read()).hexdigest()]
    for tr in obspy.read(path, format="MSEED"):
        info = get_record_information(path)
        line.append(" ".join([tr.id, str(tr.stats.starttime.ns), "%.9g" % tr.stats.sampling_rate, str(tr.stats.npts),
                              tr.stats.mseed.dataquality, tr.stats.mseed.encoding, str(tr.stats.mseed.record_length),
                              str(info["timing_quality"]), str(info["io_and_clock_flags"]),
                              hashlib.sha256(tr.data.astype("<f8").tobytes()).hexdigest()]))
    print(*line, sep="\t")
