#!/usr/bin/env python3
"""Makes the vectors of this folder: one record (or what is none) per file.

    python3 make.py            # standard library only
    python3 make.py --obspy    # also reads every version 2 record with ObsPy

The records are put together here byte by byte from the SEED manual and the
miniSEED 3 specification; nothing of the package under test is used. With
--obspy, each record that ObsPy reads to the same stream, start, rate and
samples is marked "obspy: <version>"; where it reads something else the script
stops, unless the case says why (differs=...).

A vector is a text file: "key: value" lines, an empty line, the bytes in hex.
Keys: about, expect (ok, short, error), error (a part of the text), and of a
record that is ok: version id start leap rate count encoding big length timing
locked quality, then decode (ok, integrity, encoding, error) and samples.
"""
import datetime
import os
import struct
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
OBSPY = "--obspy" in sys.argv
made = set()
wrong = []


def crc32c(b):
    c = 0xFFFFFFFF
    for x in b:
        c ^= x
        for _ in range(8):
            c = c >> 1 ^ (0x82F63B78 if c & 1 else 0)
    return c ^ 0xFFFFFFFF


# Steim words by (bits, how many): two-bit code, two highest bits, see SEED B.
STEIM1 = {8: (4, 1, 0), 16: (2, 2, 0), 32: (1, 3, 0)}
STEIM2 = {4: (7, 3, 2), 5: (6, 3, 1), 6: (5, 3, 0), 8: (4, 1, None), 10: (3, 2, 3), 15: (2, 2, 2), 30: (1, 2, 1)}


def steim(samples, plan, table, frames, o=">", first=0, last=None):
    """plan lists the width in bits of each word's differences, in order."""
    d = [first] + [b - a for a, b in zip(samples, samples[1:])]
    words = [0] * (16 * frames)
    fields = {}  # words made of bytes or 16-bit numbers, which keep their order in little endian
    words[1] = samples[0] & 0xFFFFFFFF
    words[2] = (samples[-1] if last is None else last) & 0xFFFFFFFF
    w = 3
    for width in plan:
        n, code, high = table[width]
        x = 0
        for v in d[:n]:
            assert -(1 << width - 1) <= v < 1 << width - 1, (v, width)
            x = x << width | v & (1 << width) - 1
        d = d[n:]
        if high is not None and table is STEIM2:
            x |= high << 30
        words[w] = x
        if width in (8, 16):
            fields[w] = width
        words[w - w % 16] |= code << 30 - 2 * (w % 16)
        w += 1
        if w % 16 == 0:
            w += 1
    assert not d, "%d differences left" % len(d)
    b = bytearray(struct.pack(o + "%dI" % len(words), *words))
    for w, width in fields.items():
        n = 32 // width
        v = [words[w] >> (32 - width * (k + 1)) & (1 << width) - 1 for k in range(n)]
        struct.pack_into(o + {8: "4B", 16: "2H"}[width], b, 4 * w, *v)
    return bytes(b)


def v2(payload=b"", count=0, enc=3, o=">", big=None, length=256, seq=b"000001", quality=b"D", sta=b"ABC", loc=b"00",
       cha=b"HHZ", net=b"XX", year=2026, day=60, hour=12, minute=34, sec=56, frac=7890, factor=100, mult=1, act=0, io=0,
       dq=0, corr=0, data=64, blockettes="1000", timing=100, micro=0, rate100=None, exponent=None, first=48, extra=None):
    big = (o == ">") if big is None else big
    b = bytearray(length)
    struct.pack_into("6s1sc5s2s3s2s", b, 0, seq, quality, b" ", sta.ljust(5), loc.ljust(2), cha.ljust(3), net.ljust(2))
    names = blockettes.split()
    struct.pack_into(o + "HHBBBBHHhhBBBBiHH", b, 20, year, day, hour, minute, sec, 0, frac, count, factor, mult,
                     act, io, dq, len(names), corr, data, first if names else 0)
    at = 48
    for i, n in enumerate(names):
        size = {"1000": 8, "1001": 8, "100": 12, "300": 60}[n]
        struct.pack_into(o + "HH", b, at, int(n), at + size if i + 1 < len(names) else 0)
        if n == "1000":
            e = length.bit_length() - 1 if exponent is None else exponent
            struct.pack_into("BBB", b, at + 4, enc, 1 if big else 0, e)
        elif n == "1001":
            struct.pack_into("Bb", b, at + 4, timing, micro)
        elif n == "100":
            struct.pack_into(o + "f", b, at + 4, rate100)
        at += size
    b[data:data + len(payload)] = payload
    if extra:
        for off, s in extra.items():
            b[off:off + len(s)] = s
    return bytes(b)


def v3(payload=b"", count=0, enc=3, sid=b"FDSN:XX_ABC_00_H_H_Z", extra=b"", flags=0, nano=123456789, year=2026, day=60,
       hour=12, minute=34, sec=56, rate=100.0, pub=1, paylen=None, crc=None, version=3):
    b = struct.pack("<2sBBIHHBBBBdIIBBHI", b"MS", version, flags, nano, year, day, hour, minute, sec, enc, rate, count, 0,
                    pub, len(sid), len(extra), len(payload) if paylen is None else paylen) + sid + extra + payload
    c = crc32c(b) if crc is None else crc
    return b[:28] + struct.pack("<I", c) + b[32:]


def write(name, about, raw, differs=None, **want):
    made.add(name + ".txt")
    lines = ["about: " + about]
    mark = ""
    if OBSPY and want.get("expect", "ok") == "ok" and raw[:2] != b"MS" and want.get("decode", "ok") == "ok":
        mark = check(name, raw, want, differs)
    want.setdefault("expect", "ok")
    for k in ("expect", "error", "version", "id", "start", "leap", "rate", "count", "encoding", "big", "length", "timing",
              "locked", "quality", "decode", "samples"):
        if k in want:
            v = want[k]
            if isinstance(v, bool):
                v = "true" if v else "false"
            if isinstance(v, (list, tuple)):
                v = " ".join(repr(x) for x in v)
            lines.append("%s: %s" % (k, v))
    if mark:
        lines.append(mark)
    lines.append("")
    h = raw.hex()
    lines += [h[i:i + 64] for i in range(0, len(h), 64)]
    with open(os.path.join(HERE, name + ".txt"), "w") as f:
        f.write("\n".join(lines) + "\n")


def check(name, raw, want, differs):
    import io as _io
    import warnings
    import obspy
    warnings.simplefilter("ignore")
    try:
        st = obspy.read(_io.BytesIO(raw), format="MSEED")
        tr = st[0]
        data = list(tr.data)
        if tr.stats.mseed.encoding == "ASCII":
            data = list(b"".join(tr.data)) if len(tr.data) else []
        got = (tr.id, tr.stats.starttime.ns, tr.stats.sampling_rate, [x.item() if hasattr(x, "item") else x for x in data])
    except Exception as e:  # what ObsPy cannot read is no evidence either way
        got = repr(e)
    ns = (int(datetime.datetime.fromisoformat(want["start"][:19]).replace(tzinfo=datetime.timezone.utc).timestamp()) * 10**9
          + int((want["start"][20:].rstrip("Z") or "0").ljust(9, "0")))
    exp = (want["id"], ns, want["rate"], list(want["samples"]))
    if got[:2] == exp[:2] and abs(got[2] - exp[2]) <= 1e-12 * exp[2] and got[3] == exp[3]:
        return "obspy: " + obspy.__version__
    if not differs:
        wrong.append("%s: ObsPy reads %r, want %r" % (name, got, exp))
        return ""
    return "obspy-differs: " + differs


def ok2(name, about, raw, samples, enc="int32", start="2026-03-01T12:34:56.789", rate=100.0, differs=None, **more):
    w = dict(version=2, id="XX.ABC.00.HHZ", start=start, rate=rate, count=len(samples), encoding=enc, length=len(raw),
             timing=-1, decode="ok", samples=samples)
    w.update(more)
    write(name, about, raw, differs, **w)


def bad(name, about, raw, error):
    write(name, about, raw, expect="error", error=error)


I = [1, -2, 3, -4, 1000, -32768, 32767]
L = I + [-8388608, 8388607, 2147483647, -2147483648]
M = I + [-8388608, 8388607]


def ints(o, s):
    return struct.pack(o + "%di" % len(s), *s)


def int24(o, s):
    return b"".join(struct.pack(o + "i", v)[1:] if o == ">" else struct.pack(o + "i", v)[:3] for v in s)


# --- encodings -----------------------------------------------------------
for o, e in ((">", "be"), ("<", "le")):
    b = o == ">"
    ok2("v2-int16-" + e, "16-bit integers", v2(struct.pack(o + "7h", *I), 7, 1, o), I, "int16", big=b)
    ok2("v2-int24-" + e, "24-bit integers, sign in the highest byte", v2(int24(o, M), 9, 2, o), M, "int24", big=b,
        differs="does not read int24")
    ok2("v2-int32-" + e, "32-bit integers", v2(ints(o, L), 11, 3, o), L, big=b)
    F = [0.0, -1.5, 3.25, 1e30, -1e-30]
    F32 = [struct.unpack("f", struct.pack("f", x))[0] for x in F]
    ok2("v2-float32-" + e, "32-bit floats", v2(struct.pack(o + "5f", *F), 5, 4, o), F32, "float32", big=b)
    ok2("v2-float64-" + e, "64-bit floats", v2(struct.pack(o + "5d", *F), 5, 5, o), F, "float64", big=b)
    S1 = [100, 101, 99, 98, 100, 1100, -1100, 100000, 100001]
    p1 = steim(S1, [8, 16, 32, 32, 32], STEIM1, 1, o)
    ok2("v2-steim1-" + e, "Steim-1, every word", v2(p1, 9, 10, o), S1, "Steim-1", big=b)
    D = []
    for width in (4, 5, 6, 8, 10, 15, 30):
        n = STEIM2[width][0]
        D += [(-(1 << width - 1) if k % 2 == 0 else (1 << width - 1) - 1) for k in range(n)]
    S2 = [5]
    for v in D[1:]:
        S2.append(S2[-1] + v)
    p2 = steim(S2, [4, 5, 6, 8, 10, 15, 30], STEIM2, 1, o, first=D[0])
    ok2("v2-steim2-" + e, "Steim-2, every word at its largest differences", v2(p2, len(S2), 11, o), S2, "Steim-2", big=b)
long = [i * i % 97 for i in range(200)]
pl = steim(long, [8] * 50, STEIM2, 4)
ok2("v2-steim2-frames", "Steim-2 over four frames", v2(pl, 200, 11, length=512), long, "Steim-2")
ok2("v2-steim1-wrap", "Steim-1 differences of 32 bits wrap around",
    v2(struct.pack(">16I", 0x03F00000, 0x7FFFFFFF, 0x7FFFFFFF, 0, 1, 0xFFFFFFFF, *[0] * 10), 3, 10),
    [2147483647, -2147483648, 2147483647], "Steim-1")
ok2("v2-header-le-payload-be", "header and payload of different byte order",
    v2(steim(S1, [8, 16, 32, 32, 32], STEIM1, 1, ">"), 9, 10, "<", big=True), S1, "Steim-1", big=True)
ok2("v2-header-be-payload-le", "header and payload of different byte order",
    v2(ints("<", L), 11, 3, ">", big=False), L, big=False)
text = b"Clock locked at 12:34\r\n"
ok2("v2-log", "a log record: text, no rate", v2(text, len(text), 0, factor=0, mult=0, cha=b"LOG"), list(text), "text",
    rate=0.0, id="XX.ABC.00.LOG")
write("v2-encoding-unknown", "CDSN gain ranging, not decoded here", v2(b"\x12\x34" * 3, 3, 16), version=2,
      id="XX.ABC.00.HHZ", count=3, encoding="encoding 16", decode="encoding")

# --- header --------------------------------------------------------------
P = dict(payload=ints(">", [1, 2, 3]), count=3)
Q = [1, 2, 3]
ok2("v2-codes", "the longest codes, and a dash", v2(**P, sta=b"AB-12", loc=b"9Z", cha=b"BH1", net=b"9A"), Q, id="9A.AB-12.9Z.BH1")
ok2("v2-codes-nul", "codes padded with NUL instead of spaces", v2(**P, sta=b"AB\0\0\0", loc=b"\0\0"), Q, id="XX.AB..HHZ")
ok2("v2-no-sequence", "no sequence number", v2(**P, seq=b"      "), Q)
ok2("v2-length-128", "the shortest record", v2(**P, length=128), Q)
for q in "DRQM":
    ok2("v2-quality-" + q, "quality " + q, v2(**P, quality=q.encode()), Q, quality=q)
ok2("v2-clock-locked", "I/O and clock flag 5", v2(**P, io=0x20), Q, locked=True)
ok2("v2-bytes-after", "bytes after the record are left alone", v2(**P) + b"next", Q, length=256)
ok2("v2-blockette-unknown", "a detection blockette before blockette 1000",
    v2(**P, data=128, blockettes="300 1000"), Q)
ok2("v2-blockette-count-wrong", "the number of blockettes is not believed", v2(**P, extra={39: b"\x09"}), Q)
write("v2-no-samples", "header only", v2(data=0), version=2, id="XX.ABC.00.HHZ", count=0, decode="ok", samples=[], rate=100.0,
      start="2026-03-01T12:34:56.789", differs="has no trace without samples")
nobk = dict(enc=10, blockettes="", data=64, length=512)
n1 = steim(long, [8] * 50, STEIM1, 4)
ok2("v2-no-1000-end", "no blockette 1000: the record ends with the input", v2(n1, 200, **nobk), long, "Steim-1")
ok2("v2-no-1000-next", "no blockette 1000: the record ends where the next header stands",
    v2(n1, 200, **nobk) + v2(n1, 200, **nobk)[:300], long, "Steim-1", length=512)
ok2("v2-no-1000-fits", "no blockette 1000, no header, odd end: the smallest record that holds the samples",
    v2(n1, 200, **nobk) + b"\xff" * 100, long, "Steim-1", length=512, differs="cannot tell the length")
ok2("v2-no-1000-roomy", "no blockette 1000: the end of the input counts before what the samples need",
    v2(n1, 200, **dict(nobk, length=1024)), long, "Steim-1")
ok2("v2-no-1000-data-48", "no blockettes at all, data from byte 48", v2(n1, 200, enc=10, blockettes="", data=48, length=512), long, "Steim-1")

# --- rate ----------------------------------------------------------------
for name, f, m, r in (("factor-multiplier", 33, 10, 330.0), ("factor-divisor", 200, -3, 200 / 3), ("period", -60, 1, 1 / 60),
                      ("period-divisor", -10, -7, 1 / 70), ("31.25", 125, -4, 31.25)):
    ok2("v2-rate-" + name, "rate factor %d, multiplier %d" % (f, m), v2(**P, factor=f, mult=m), Q, rate=r)
r100 = struct.unpack("f", struct.pack("f", 33.333))[0]
ok2("v2-rate-100", "blockette 100 has the actual rate", v2(**P, data=128, blockettes="100 1000", rate100=33.333), Q, rate=r100)

NO60 = "refuses second 60"

# --- time ----------------------------------------------------------------
ok2("v2-micro", "blockette 1001 adds microseconds", v2(**P, blockettes="1000 1001", micro=99, timing=87), Q,
    start="2026-03-01T12:34:56.789099", timing=87)
ok2("v2-micro-negative", "blockette 1001 takes microseconds away", v2(**P, blockettes="1000 1001", micro=-50, timing=0), Q,
    start="2026-03-01T12:34:56.78895", timing=0)
ok2("v2-correction", "a time correction that is not applied is", v2(**P, corr=12345), Q, start="2026-03-01T12:34:58.0235")
ok2("v2-correction-negative", "a negative one, over midnight", v2(**P, corr=-10000, hour=0, minute=0, sec=0, frac=0, day=1), Q,
    start="2025-12-31T23:59:59")
ok2("v2-correction-le", "little endian", v2(ints("<", Q), 3, 3, "<", corr=-70000), Q, start="2026-03-01T12:34:49.789")
ok2("v2-correction-applied", "one that is applied is not, again", v2(**P, corr=12345, act=2), Q)
ok2("v2-day-366", "the last day of a leap year", v2(**P, year=2024, day=366), Q, start="2024-12-31T12:34:56.789")
ok2("v2-1900", "the first year", v2(**P, year=1900, day=1), Q, start="1900-01-01T12:34:56.789")
ok2("v2-2100", "the last year, no leap year", v2(**P, year=2100, day=365), Q, start="2100-12-31T12:34:56.789")
ok2("v2-2056-be", "2056 is 0x0808, day 257 is 0x0101: byte order from the offsets", v2(**P, year=2056, day=257), Q,
    start="2056-09-13T12:34:56.789", differs="takes such a date for the other byte order")
ok2("v2-2056-le", "the same, little endian", v2(ints("<", Q), 3, 3, "<", year=2056, day=257), Q,
    start="2056-09-13T12:34:56.789", differs="takes such a date for the other byte order")
ok2("v2-leap-second", "23:59:60.5 counts as the second that follows, and is marked",
    v2(**P, year=2016, day=366, hour=23, minute=59, sec=60, frac=5000), Q, start="2017-01-01T00:00:00.5", leap=True, differs=NO60)
ok2("v2-leap-second-corrected", "a correction within it keeps the mark",
    v2(**P, year=2016, day=366, hour=23, minute=59, sec=60, frac=5000, corr=2000), Q, start="2017-01-01T00:00:00.7", leap=True, differs=NO60)
ok2("v2-leap-second-before", "a correction that leads before it",
    v2(**P, year=2016, day=366, hour=23, minute=59, sec=60, frac=5000, corr=-7000), Q, start="2016-12-31T23:59:59.8", leap=False, differs=NO60)
ok2("v2-leap-second-after", "a correction that leads behind it: second 60 had no count of its own",
    v2(**P, year=2016, day=366, hour=23, minute=59, sec=60, frac=5000, corr=7000), Q, start="2017-01-01T00:00:00.2", leap=False,
    differs=NO60)
ok2("v2-second-60", "second 60 where no leap second can be is the next minute",
    v2(**P, hour=12, minute=34, sec=60, frac=0), Q, start="2026-03-01T12:35:00", leap=False, differs=NO60)
ok2("v2-second-60-noon", "nor is the end of another hour one",
    v2(**P, hour=11, minute=59, sec=60, frac=0), Q, start="2026-03-01T12:00:00", leap=False, differs=NO60)
ok2("v2-fraction-10000", "loggers that round write 10000 for the next second", v2(**P, frac=10000), Q, start="2026-03-01T12:34:57")

# --- what cannot be ------------------------------------------------------
R = dict(P)
bad("v2-error-web", "a web page", b"<html><body>503 Service Unavailable</body></html>", "header at 0")
bad("v2-error-quality", "quality X", v2(**R, quality=b"X"), "header at 0")
bad("v2-error-sequence", "letters for a sequence number", v2(**R, seq=b"00000A"), "header at 0")
bad("v2-error-year-1899", "year", v2(**R, year=1899), "year at 20: 1899, want 1900 to 2100")
bad("v2-error-year-2101", "year", v2(**R, year=2101), "year at 20: 2101")
bad("v2-error-day-0", "day of year", v2(**R, day=0), "day of year at 22: 0, want 1 to 365")
bad("v2-error-day-366", "no leap year", v2(**R, day=366), "day of year at 22: 366, want 1 to 365")
bad("v2-error-day-367", "day of year", v2(**R, year=2024, day=367), "day of year at 22: 367, want 1 to 366")
bad("v2-error-hour", "hour", v2(**R, hour=24), "hour at 24: 24")
bad("v2-error-minute", "minute", v2(**R, minute=60), "minute at 25: 60")
bad("v2-error-second", "second", v2(**R, sec=61), "second at 26: 61")
bad("v2-error-fraction", "fraction of a second", v2(**R, frac=10001), "fraction of second at 28: 10001")
bad("v2-error-station", "a control character", v2(**R, sta=b"AB\x1b1"), "station code at 8")
bad("v2-error-location", "Latin-1", v2(**R, loc=b"\xf0A"), "location code at 13")
bad("v2-error-channel", "a dash in the channel", v2(**R, cha=b"H-Z"), "channel code at 15")
bad("v2-error-network", "a space inside", v2(**R, sta=b"A B"), "station code at 8")
bad("v2-error-blockette-offset", "first blockette inside the header", v2(**R, first=40), "blockette offset at 46: 40")
bad("v2-error-blockette-loop", "a blockette that names itself", v2(**R, extra={50: b"\0\x30"}), "blockette offset at 50: 48")
bad("v2-error-blockette-inside", "a blockette inside another", v2(**R, extra={50: b"\0\x34"}), "blockette offset at 50: 52")
bad("v2-error-blockette-outside", "a blockette after the record", v2(**R, extra={50: b"\x01\x00"}) + bytes(64),
    "blockette offset at 50: 256, want within the record of 256 bytes")
bad("v2-error-length-6", "a record of 64 bytes", v2(**R, exponent=6), "record length (blockette 1000) at 54: 6")
bad("v2-error-length-19", "a record of 512 KiB", v2(**R, exponent=19), "record length (blockette 1000) at 54: 19")
bad("v2-error-data-47", "data inside the header", v2(**R, extra={44: b"\0\x2f"}), "data offset at 44: 47")
bad("v2-error-data-outside", "data after the record", v2(**R, extra={44: b"\x01\x01"}), "data offset at 44: 257")
bad("v2-error-data-none", "samples but no data", v2(**R, extra={44: b"\0\0"}), "number of samples at 30: 3, want at most 0")
bad("v2-error-count-int32", "more samples than fit", v2(ints(">", Q), 49, 3), "number of samples at 30: 49, want at most 48 in 192 bytes of int32")
bad("v2-error-count-steim1", "more samples than fit", v2(b"", 181, 10), "number of samples at 30: 181, want at most 180")
bad("v2-error-count-steim2", "more samples than fit", v2(b"", 316, 11), "number of samples at 30: 316, want at most 315")
nan = struct.unpack("f", b"\0\0\xc0\x7f")[0]
bad("v2-error-rate-nan", "actual rate that is no number", v2(**R, data=128, blockettes="100 1000", rate100=nan), "actual sample rate (blockette 100) at 52: NaN")
bad("v2-error-rate-negative", "actual rate below 0", v2(**R, data=128, blockettes="100 1000", rate100=-1.0), "actual sample rate (blockette 100) at 52: -1")
write("v2-short-0", "nothing", b"", expect="short", error="more bytes needed")
write("v2-short-7", "too little to tell", b"000001D", expect="short", error="more bytes needed")
write("v2-short-header", "cut in the header", v2(**R)[:47], expect="short", error="header: 47 bytes, want 48")
write("v2-short-blockette", "cut in blockette 1000", v2(**R)[:54], expect="short", error="miniSEED 2 blockette: 54 bytes, want 56")
write("v2-short-record", "cut in the data", v2(**R)[:255], expect="short", error="miniSEED 2 record: 255 bytes, want 256")
write("v2-short-no-1000", "no blockette 1000, cut in the data", v2(n1, 200, **nobk)[:300], expect="short", error="300 bytes, want 512")

D = dict(expect="ok", version=2, id="XX.ABC.00.HHZ")
write("v2-steim-integrity", "the last sample is not the one stated", v2(steim(S1, [8, 16, 32, 32, 32], STEIM1, 1, last=7), 9, 10),
      decode="integrity", samples=S1, count=9, **D)
write("v2-steim2-code-2-0", "code 2 with highest bits 0 does not exist",
      v2(struct.pack(">16I", 0x01A00000, 1, 1, 0x01000000, 0x3FFFFFFF, *[0] * 11), 6, 11), decode="error",
      error="word 4: 0x3fffffff has no such code", samples=[], count=6, **D)
write("v2-steim2-code-3-3", "code 3 with highest bits 3 does not exist",
      v2(struct.pack(">16I", 0x03000000, 1, 1, 0xC0000000, *[0] * 12), 6, 11), decode="error",
      error="word 3: 0xc0000000 has no such code", samples=[], count=6, **D)
write("v2-steim-few", "fewer differences than samples", v2(steim(S1[:4], [8], STEIM1, 1), 9, 10), decode="error",
      error="4 samples in 3 frames, want 9", samples=S1[:4], count=9, **D)
write("v2-steim-short-payload", "no frame fits", v2(b"", 1, 99, length=128, data=72, extra={52: b"\x0a"}), expect="error",
      error="number of samples at 30: 1, want at most 0 in 56 bytes of Steim-1")

# --- version 3 -----------------------------------------------------------
def ok3(name, about, raw, samples, enc="int32", start="2026-03-01T12:34:56.123456789", rate=100.0, **more):
    w = dict(version=3, id="XX.ABC.00.HHZ", start=start, rate=rate, count=len(samples), encoding=enc, length=len(raw),
             timing=-1, decode="ok", samples=samples)
    w.update(more)
    write(name, about, raw, **w)


ok3("v3-int16", "16-bit integers", v3(struct.pack("<7h", *I), 7, 1), I, "int16")
ok3("v3-int32", "32-bit integers", v3(ints("<", L), 11, 3), L)
ok3("v3-float32", "32-bit floats", v3(struct.pack("<5f", *F), 5, 4), F32, "float32")
ok3("v3-float64", "64-bit floats", v3(struct.pack("<5d", *F), 5, 5), F, "float64")
ok3("v3-steim1", "Steim-1 is big endian in version 3 too", v3(steim(S1, [8, 16, 32, 32, 32], STEIM1, 1), 9, 10), S1, "Steim-1", big=True)
ok3("v3-steim2", "Steim-2", v3(steim(S2, [4, 5, 6, 8, 10, 15, 30], STEIM2, 1, first=-8), len(S2), 11), S2, "Steim-2", big=True)
ok3("v3-text", "text", v3(text, len(text), 0, rate=0.0), list(text), "text", rate=0.0)
ok3("v3-codes", "codes of more than one letter, no location", v3(ints("<", Q), 3, sid=b"FDSN:NET4_STATION8__B_GNSS_X"), Q, id="NET4.STATION8..B_GNSS_X")
ok3("v3-period", "a negative rate is a period", v3(ints("<", Q), 3, rate=-60.0), Q, rate=1 / 60)
ok3("v3-flags", "clock locked", v3(ints("<", Q), 3, flags=4), Q, locked=True)
ok3("v3-extra-quality", "timing quality in the extra headers",
    v3(ints("<", Q), 3, extra=b'{"Vendor":{"A":["}",{"Quality":1}]},"FDSN":{"Event":{"x":"\\""},"Time":{"MaxEstimatedError":0.1,"Quality":97}}}'), Q, timing=97)
ok3("v3-extra-no-json", "extra headers that are no JSON say nothing", v3(ints("<", Q), 3, extra=b'{"FDSN":{"Time":{"Quality"'), Q)
ok3("v3-extra-quality-101", "a quality that cannot be says nothing", v3(ints("<", Q), 3, extra=b'{"FDSN":{"Time":{"Quality":101}}}'), Q)
ok3("v3-empty", "no payload", v3(), [])
ok3("v3-quality-letter", "nanoseconds that look like the quality and reserved byte of version 2",
    v3(ints("<", Q), 3, nano=0x0D510000), Q, start="2026-03-01T12:34:56.223412224")
ok3("v3-leap-second", "23:59:60.25", v3(ints("<", Q), 3, year=2016, day=366, hour=23, minute=59, sec=60, nano=250000000), Q,
    start="2017-01-01T00:00:00.25", leap=True)
bad("v3-error-version", "version 4", v3(ints("<", Q), 3, version=4), "header at 0")
bad("v3-error-crc", "one bit", v3(ints("<", Q), 3)[:-1] + b"\x01", "crc at 28")
bad("v3-error-nano", "nanosecond", v3(ints("<", Q), 3, nano=1000000000), "nanosecond at 4: 1000000000")
bad("v3-error-year", "year", v3(ints("<", Q), 3, year=1899), "year at 8: 1899")
bad("v3-error-day", "day of year", v3(ints("<", Q), 3, day=366), "day of year at 10: 366, want 1 to 365")
bad("v3-error-hour", "hour", v3(ints("<", Q), 3, hour=24), "hour at 12: 24")
bad("v3-error-minute", "minute", v3(ints("<", Q), 3, minute=60), "minute at 13: 60")
bad("v3-error-second", "second", v3(ints("<", Q), 3, sec=61), "second at 14: 61")
bad("v3-error-rate-nan", "rate", v3(ints("<", Q), 3, rate=float("nan")), "sample rate at 16: NaN")
bad("v3-error-rate-inf", "rate", v3(ints("<", Q), 3, rate=float("-inf")), "sample rate at 16: -Inf")
bad("v3-error-period", "a period so small that its rate is infinite", v3(ints("<", Q), 3, rate=-5e-324), "sample period at 16")
bad("v3-error-count", "more samples than fit", v3(ints("<", Q), 4), "number of samples at 24: 4, want at most 3 in 12 bytes of int32")
bad("v3-error-count-large", "4294967295 samples", v3(ints("<", Q), 0xFFFFFFFF), "number of samples at 24: 4294967295")
bad("v3-error-payload", "a payload of 4 GiB", v3(ints("<", Q), 3, paylen=0xFFFFFFFF), "length of payload at 36: 4294967295")
bad("v3-error-sid", "a source identifier that is none", v3(ints("<", Q), 3, sid=b"FDSN:XX_ABC"), "source identifier at 40")
bad("v3-error-sid-namespace", "another namespace", v3(ints("<", Q), 3, sid=b"XX.ABC.00.HHZ"), "source identifier at 40")
bad("v3-error-sid-empty", "no source identifier", v3(ints("<", Q), 3, sid=b""), "source identifier at 40")
write("v3-short-2", "too little to tell", b"MS", expect="short", error="more bytes needed")
write("v3-short-header", "cut in the header", v3(ints("<", Q), 3)[:39], expect="short", error="header: 39 bytes, want 40")
write("v3-short-record", "cut in the payload", v3(ints("<", Q), 3)[:-1], expect="short", error="miniSEED 3 record: 71 bytes, want 72")

for f in os.listdir(HERE):
    if f.endswith(".txt") and f not in made:
        os.remove(os.path.join(HERE, f))
print(len(made), "vectors")
if wrong:
    sys.exit("\n".join(wrong))
