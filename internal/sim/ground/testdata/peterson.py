"""Prints Peterson's noise models as ObsPy 1.5.1 has them, for noise_test.go:
period in s, NLNM and NHNM in dB. Interpolated in lg T. Tolerance 0.3 dB, the
rounding of ObsPy's table at its corners."""
import numpy as np
from obspy.signal.spectral_estimation import get_nlnm, get_nhnm

(tl, low), (th, high) = get_nlnm(), get_nhnm()
for t in (0.1, 0.2, 0.5, 1, 2, 4, 5, 8, 12, 20, 50, 100, 150):
    a = np.interp(np.log10(t), np.log10(tl[::-1]), low[::-1])
    b = np.interp(np.log10(t), np.log10(th[::-1]), high[::-1])
    print("{%g, %.2f, %.2f}," % (t, a, b))
