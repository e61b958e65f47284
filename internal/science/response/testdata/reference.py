"""Reference numbers for the response package, made with ObsPy 1.5.1 (evalresp 4.0.6).

    python reference.py DATA > /dev/null

DATA is the folder of the shared data (seismic/…). Writes evalresp.csv: the
response of evalresp in counts per unit of ground motion, all stages: velocity,
and for two channels displacement and acceleration too; as output SENSOR that of
the first stage alone, over its gain and in its own unit. Writes simulate.csv: the output of
Trace.simulate for a synthetic record (made here, see record()), with a broadband
instrument (poles and zeros of an STS-2 type sensor) taken off and a
Wood-Anderson put on, and the ground motion itself.
"""
import csv
import sys
from pathlib import Path

import numpy as np
from obspy import Trace, read_inventory
from obspy.signal.invsim import paz_to_freq_resp

here = Path(__file__).parent
data = Path(sys.argv[1])
docs = sorted((data / "seismic/e2e-pleasanthill-m45/raw").glob("*.xml"))
docs.append(data / "seismic/obspy-signal-refs/IUANMO.xml")

with open(here / "evalresp.csv", "w", newline="") as f:
    w = csv.writer(f)
    w.writerow(["id", "frequency_hz", "output", "real", "imag"])
    for doc in docs:
        for net in read_inventory(str(doc)):
            for sta in net:
                for cha in sta:
                    if cha.code[-1] not in "ZE":
                        continue
                    nyquist = cha.sample_rate / 2
                    freqs = np.geomspace(nyquist / 5000, nyquist, 16)
                    three = sta.code == "BRIB" and cha.code in ("HHZ", "HNZ")
                    for output in ("DISP", "VEL", "ACC") if three else ("VEL",):
                        h = cha.response.get_evalresp_response_for_frequencies(freqs, output=output)
                        for fr, v in zip(freqs, h):
                            w.writerow([f"{net.code}.{sta.code}.{cha.location_code}.{cha.code}", repr(float(fr)), output, repr(float(v.real)), repr(float(v.imag))])

                    first = cha.response.response_stages[0]
                    own = "ACC" if "**2" in first.input_units else "VEL"
                    h = cha.response.get_evalresp_response_for_frequencies(freqs, output=own, start_stage=1, end_stage=1)
                    for fr, v in zip(freqs, h / first.stage_gain):
                        w.writerow([f"{net.code}.{sta.code}.{cha.location_code}.{cha.code}", repr(float(fr)), "SENSOR", repr(float(v.real)), repr(float(v.imag))])

STS2 = {
    "poles": [-0.03701 + 0.03701j, -0.03701 - 0.03701j, -131.0 + 467.3j, -131.0 - 467.3j, -251.3 + 0j],
    "zeros": [0j, 0j],
    "gain": 60077000.0,
    "sensitivity": 6.0e8,
}
W0 = 2 * np.pi / 0.8
WA = {
    "poles": [complex(-0.7 * W0, W0 * np.sqrt(1 - 0.49)), complex(-0.7 * W0, -W0 * np.sqrt(1 - 0.49))],
    "zeros": [0j, 0j],
    "gain": 1.0,
    "sensitivity": 2080.0,
}


def record():
    """A wave train of 0.6 to 6 Hz, 40 s at 50 Hz, quiet at both ends; counts."""
    t = np.arange(2000) / 50.0
    a = np.exp(-(((t - 17) / 2.5) ** 2))
    return np.round(1e6 * a * np.sin(2 * np.pi * (0.6 * t + 0.03 * t**2)))


x = record()
pre_filt = (0.05, 0.1, 18.0, 22.0)
# simulate() wants zeros for displacement input: one more than for velocity.
sts2 = dict(STS2, zeros=STS2["zeros"] + [0j])
out = {"counts": x}
for name, paz, scale in (("wa_mm", WA, 1000.0), ("disp_m", None, 1.0)):
    tr = Trace(x.copy(), {"sampling_rate": 50.0})
    tr.simulate(paz_remove=sts2, paz_simulate=paz, pre_filt=pre_filt, taper=False, zero_mean=False, water_level=600.0)
    out[name] = tr.data * scale
tr = Trace(x.copy(), {"sampling_rate": 50.0})
tr.simulate(paz_remove=STS2, pre_filt=pre_filt, taper=False, zero_mean=False, water_level=30.0)
out["vel_water30"] = tr.data
tr = Trace(x.copy(), {"sampling_rate": 50.0})
tr.simulate(paz_remove=STS2, pre_filt=pre_filt, taper=True, taper_fraction=0.05, zero_mean=True, water_level=600.0)
out["vel_tapered"] = tr.data
with open(here / "simulate.csv", "w", newline="") as f:
    w = csv.writer(f)
    w.writerow(list(out))
    for row in zip(*out.values()):
        w.writerow([f"{v:.9g}" for v in row])
