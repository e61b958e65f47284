"""Uses every SeedLink client of ObsPy against the server at argv[1]:argv[2] and
prints what each received, one JSON object per line. obspy_test.go fills the
server and judges. Written for ObsPy 1.5."""
import json
import logging
import sys

from obspy import UTCDateTime
from obspy.clients.seedlink.basic_client import Client
from obspy.clients.seedlink.easyseedlink import EasySeedLinkClient
from obspy.clients.seedlink.slclient import SLClient
from obspy.clients.seedlink.slpacket import SLPacket

logging.disable(logging.CRITICAL)
host, port = sys.argv[1], int(sys.argv[2])
start = UTCDateTime("2026-01-02T03:00:00")


def say(name, value):
    print(json.dumps({"name": name, "value": value}), flush=True)


def describe(stream):
    return sorted("%s %s %d %d %d" % (tr.id, tr.stats.starttime, tr.stats.npts,
                                      tr.data[0], tr.data[-1]) for tr in stream)


# Requests of windows and INFO.
client = Client(host, port, timeout=10)
say("stations", client.get_info(level="station"))
say("channels", Client(host, port, timeout=10).get_info(level="channel"))
say("waveforms", describe(client.get_waveforms("XX", "ABC", "", "HHZ", start, start + 5)))
say("waveforms location", describe(client.get_waveforms("XX", "ABC", "00", "BH?", start + 20, start + 29.9)))
say("waveforms wildcard", describe(client.get_waveforms("*", "*", "*", "HHZ", start + 1, start + 8)))

# Streaming through callbacks.
traces = []


class Enough(Exception):
    pass


def on_data(trace):
    traces.append(trace)
    if len(traces) == 3:
        raise Enough


easy = EasySeedLinkClient("%s:%d" % (host, port), autoconnect=False)
easy.conn.timeout = 10  # ObsPy 1.5 compares its None with a number
easy.on_data = on_data
easy.connect()
say("capabilities", easy.capabilities)
say("cat", easy._send_and_recv(b"CAT", [b"END"]).decode())
easy.select_stream("XX", "LIV", "HHZ")
easy.select_stream("XX", "NONE", "HHZ")
try:
    easy.run()
except Enough:
    pass
say("easy", [tr.id for tr in traces])
easy.close()


def collect(n, *streams, dialup=False, keepalive=0):
    """Returns the sequences and streams of n packets, fewer if END came."""
    sl = SLClient(timeout=10)
    sl.slconn.set_sl_address("%s:%d" % (host, port))
    for net, sta, selectors, seq, time in streams:
        sl.slconn.add_stream(net, sta, selectors, seq, time)
    sl.slconn.dialup = dialup
    sl.slconn.set_last_pkt_time(False)  # ObsPy 1.5 adds its str to bytes
    sl.slconn.set_keep_alive(keepalive)
    got = []
    while len(got) < n:
        p = sl.slconn.collect()
        if p is None or p == SLPacket.SLTERMINATE:
            got.append("END")
            break
        if p == SLPacket.SLERROR:
            got.append("ERROR")
            break
        if p.get_type() in (SLPacket.TYPE_SLINF, SLPacket.TYPE_SLINFT):
            continue
        got.append("%d %s" % (p.get_sequence_number(), p.get_trace().id))
    sl.slconn.close()
    return got


say("resume", collect(4, ("XX", "ABC", "HH?", 3, None)))
say("resume two", sorted(collect(3, ("XX", "ABC", "BHZ.D", 6, None), ("YY", "GHI", "HHZ", 0, None))))
say("resume at the wrap", collect(1, ("XX", "WRP", "HHZ", 0xFFFFFF, None)))
say("dialup", collect(9, ("XX", "ABC", "HHZ !HHN", 1, None), dialup=True))
say("live with keepalive", [p.split()[1] for p in collect(3, ("XX", "LIV", "HHZ", -1, None), keepalive=1)])
say("refused", collect(1, ("XX", "ABC", "NONSENSE HHZ", 6, None)))
