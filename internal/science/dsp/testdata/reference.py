# Writes reference.json: filters, triggers and block operations as computed by
# SciPy and ObsPy on a signal of 512 samples (noise, an onset at 300, an offset).
import json
import numpy as np, scipy, obspy
from scipy import signal, integrate
from obspy.signal import trigger, filter as ofilter
from obspy.signal.invsim import cosine_taper

rng = np.random.default_rng(20260101)
n = 512
x = rng.normal(0, 1, n) + 40
t = np.arange(n - 300) / 100
x[300:] += 20 * np.exp(-t / 1.5) * np.sin(2 * np.pi * 6 * t)
x = np.round(x, 6)

out = {"made with": f"scipy {scipy.__version__}, obspy {obspy.__version__}, numpy {np.__version__}",
       "x": x.tolist(), "filters": []}
for kind, order, hz, rate in [
    ("lowpass", 1, [5], 100), ("lowpass", 2, [10], 100), ("lowpass", 3, [0.5], 100), ("lowpass", 8, [20], 100),
    ("highpass", 1, [1], 100), ("highpass", 2, [0.075], 100), ("highpass", 2, [0.1], 200), ("highpass", 5, [2], 100),
    ("bandpass", 1, [1, 10], 100), ("bandpass", 2, [2, 8], 100), ("bandpass", 3, [0.7, 2], 100),
    ("bandpass", 4, [0.1, 10], 100), ("bandpass", 4, [0.1, 10], 200), ("bandpass", 5, [0.5, 45], 100),
    ("bandpass", 4, [0.02, 0.05], 20),
]:
    sos = signal.butter(order, hz if len(hz) > 1 else hz[0], kind, fs=rate, output="sos")
    y = signal.sosfilt(sos, x)
    zi = signal.sosfilt_zi(sos) * x[0]
    y0, _ = signal.sosfilt(sos, x, zi=zi)
    pick = list(range(0, n, 37)) + [n - 1]
    out["filters"].append({"kind": kind, "order": order, "hz": hz, "rate": rate, "sos": sos.tolist(),
                           "index": pick, "y": y[pick].tolist(), "settled": y0[pick].tolist()})
d = x - x.mean()
cls = {"recursive": trigger.recursive_sta_lta(d, 10, 100), "classic": trigger.classic_sta_lta(d, 10, 100)}
sta = lta = 0.0  # SeisComP: stalta.cpp, written out
sc = []
for i, v in enumerate(np.abs(d)):
    if i < 50:
        lta = (i * lta + v) / (i + 1); sta = lta; sc.append(1.0)
    else:
        lta += (sta - lta) / 100; sta += (v - sta) / 10; sc.append(sta / lta)
cls["seiscomp"] = np.array(sc)
out["stalta"] = {k: v.tolist() for k, v in cls.items()}
out["aic"] = trigger.aic_simple(x).tolist()
out["detrend"] = signal.detrend(x).tolist()
out["envelope"] = ofilter.envelope(d).tolist()
out["integral"] = integrate.cumulative_trapezoid(x, dx=0.01, initial=0).tolist()
out["gradient"] = np.gradient(x, 0.01).tolist()
out["taper"] = [{"n": k, "p": p, "w": cosine_taper(k, p).tolist()} for k, p in [(40, .1), (41, .2), (64, .5), (20, 1.0), (100, .05)]]
X = np.fft.rfft(x)
out["rfft"] = [X.real.tolist(), X.imag.tolist()]


def short(o):
    if isinstance(o, float): return float(f"{o:.13g}")
    if isinstance(o, list): return [short(v) for v in o]
    if isinstance(o, dict): return {k: short(v) for k, v in o.items()}
    return o


full = [f["sos"] for f in out["filters"]]  # poles near the unit circle need every digit
out = short(out)
for f, sos in zip(out["filters"], full): f["sos"] = sos
json.dump(out, open("reference.json", "w"), separators=(",", ":"))
