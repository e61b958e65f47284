# Fits the poles and zeros of the real-time JMA filter (realtime.go) to the
# amplitude of the definition, and prints them with the largest deviation.
import numpy as np
from scipy.optimize import least_squares


def jma(f):
    y = f / 10
    return (np.sqrt(1 / f) * np.sqrt(1 - np.exp(-(f / .5) ** 3))
            * (1 + .694*y**2 + .241*y**4 + .0557*y**6 + .009664*y**8 + .00134*y**10 + .000155*y**12) ** -.5)


f = np.logspace(np.log10(.05), np.log10(30), 600)
w = np.where((f > .2) & (f < 15), 3.0, 1.0) * np.where(f > 20, .3, 1)
s = 2j * np.pi * f


def h(x, s):
    g, z1, z2, p1, p2, p3, wz, wp, w3, w4, w5 = np.exp(x[:11])
    hz, hp, h3, h4, h5 = np.exp(x[11:])
    t = 2 * np.pi
    q = lambda w, d: s**2 + 2*d*w*t*s + (w*t)**2
    return (g * s * (s + z1*t) * (s + z2*t) * q(wz, hz) / ((s + p1*t) * (s + p2*t) * (s + p3*t) * q(wp, hp))
            * (w3*t)**2 / q(w3, h3) * (w4*t)**2 / q(w4, h4) * (w5*t)**2 / q(w5, h5))


def res(x):
    return w * np.log(np.abs(h(x, s)) / jma(f))


# The start is the best of 40 random ones; from here the fit takes a second.
start = np.log([24, .3, 3.69, .397, 1.68, 21.9, .796, .638, 2.94, 13.1, 20.4, .794, .633, 3.78, 1.13, .588])
best = least_squares(res, start, max_nfev=4000)
e = np.log10(np.abs(h(best.x, s)) / jma(f))
v = np.exp(best.x)
print("gain %.10g; zeros %.8g %.8g; poles %.8g %.8g %.8g Hz" % tuple(v[:6]))
print("quadratic zero %.8g Hz damping %.8g, pole %.8g Hz damping %.8g" % (v[6], v[11], v[7], v[12]))
print("low-pass", ["%.8g Hz damping %.8g" % p for p in zip(v[8:11], v[13:])])
for lo, hi in ((.05, .1), (.1, .2), (.2, 5), (5, 15), (15, 20), (20, 30)):
    m = (f >= lo) & (f <= hi)
    print(f"{lo}-{hi} Hz: largest deviation {2*np.abs(e[m]).max():.4f} units of intensity")

# The digital filter: bilinear transform, each root's frequency prewarped.
t = 2 * np.pi
sq = lambda w_, d: list(np.roots([1, 2*d*w_*t, (w_*t)**2]))
zeros = [0, -v[1]*t, -v[2]*t] + sq(v[6], v[11])
poles = [-v[3]*t, -v[4]*t, -v[5]*t] + sq(v[7], v[12]) + sum((sq(a, b) for a, b in zip(v[8:11], v[13:])), [])
for fs in (40, 50, 100, 125, 200, 250):
    pre = lambda r: r if r == 0 else r / abs(r) * 2*fs*np.tan(min(abs(r)/(2*fs), 1.45))
    z = np.exp(2j*np.pi*f/fs)
    sd = 2*fs*(z-1)/(z+1)
    H = np.prod([sd-pre(r) for r in zeros], axis=0) / np.prod([sd-pre(r) for r in poles], axis=0)
    H *= jma(np.array([1.0]))[0] / np.interp(1.0, f, np.abs(H))
    out = []
    for lo, hi in ((.05, .2), (.2, 5), (5, 10), (10, 15), (15, 20)):
        m = (f >= lo) & (f <= hi) & (f < fs/2)
        out.append(f"{lo}-{hi}: {2*np.abs(np.log10(np.abs(H[m])/jma(f[m]))).max():.3f}")
    print(fs, "Hz:", ", ".join(out))
