"""Print what ObsPy finds in a QuakeML file, as JSON: all attributes of all
objects except focal mechanisms, which Houfeng does not keep.

    python summary.py FILE...     one line of JSON for each
    python summary.py             the QuakeML files that ObsPy's own tests read

Used by the tests when HOUFENG_OBSPY names a Python with ObsPy (1.5.1 was used).
"""
import json
import sys
import warnings
from pathlib import Path

import obspy
from obspy import UTCDateTime, read_events
from obspy.core.event import ResourceIdentifier
from obspy.core.event.base import WaveformStreamID

SKIP = {"extra", "focal_mechanisms", "preferred_focal_mechanism_id", "composite_times"}


def plain(v):
    if isinstance(v, (list, tuple)):
        return [plain(x) for x in v]
    if isinstance(v, ResourceIdentifier):
        return v.id
    if isinstance(v, UTCDateTime):
        return str(v)
    if isinstance(v, WaveformStreamID):
        return v.get_seed_string() + " " + str(v.resource_uri or "")
    if hasattr(v, "_property_keys"):
        return {k: plain(getattr(v, k)) for k in v._property_keys if k not in SKIP and getattr(v, k, None) not in (None, [], "")}
    if hasattr(v, "items"):  # uncertainties, creation info, …
        return {k: plain(x) for k, x in v.items() if x not in (None, [], "") and k not in SKIP}
    if isinstance(v, (int, float, bool, str)) or v is None:
        return v
    return str(v)


def summary(name):
    out = []
    for e in read_events(name, format="QUAKEML"):
        d = {}
        for k in sorted(e.__dict__):
            if k.startswith("_") or k in SKIP or k in ("resource_id",):
                continue
            d[k] = attributes(getattr(e, k))
        d["id"] = e.resource_id.id
        out.append(d)
    return out


def attributes(v):
    if isinstance(v, list):
        return [attributes(x) for x in v]
    if isinstance(v, (ResourceIdentifier, UTCDateTime, WaveformStreamID)) or not hasattr(v, "__dict__"):
        return plain(v)
    if hasattr(v, "defaults"):
        d = {}
        for k in v.defaults:
            x = getattr(v, k, None)
            if k in SKIP or k == "resource_id" and type(v).__name__ == "Comment":
                continue  # ObsPy makes identifiers for comments that have none
            x = attributes(x)
            if x not in (None, [], {}, ""):
                d[k] = x
        return d
    return plain(v)


warnings.simplefilter("ignore")
if len(sys.argv) == 1:
    for p in sorted((Path(obspy.__file__).parent / "io/quakeml/tests/data").glob("*.xml")):
        print(p)
for name in sys.argv[1:]:
    print(json.dumps(summary(name), sort_keys=True, default=str))
