# Writes geodesics.csv: GeographicLib 2 (pip install geographiclib), WGS 84.
# lat1 lon1 lat2 lon2 distance_m az1 az2_forward spherical_angle_deg
import math, random
from geographiclib.geodesic import Geodesic
import geographiclib

E2 = 1 / 298.257223563 * (2 - 1 / 298.257223563)


def angle(a, b, c, d):
    def unit(lat, lon):
        p = math.atan2((1 - E2) * math.sin(math.radians(lat)), math.cos(math.radians(lat)))
        l = math.radians(lon)
        return (math.cos(p) * math.cos(l), math.cos(p) * math.sin(l), math.sin(p))
    u, v = unit(a, b), unit(c, d)
    x = (u[1]*v[2]-u[2]*v[1], u[2]*v[0]-u[0]*v[2], u[0]*v[1]-u[1]*v[0])
    return math.degrees(math.atan2(math.sqrt(sum(t*t for t in x)), sum(p*q for p, q in zip(u, v))))


random.seed(7)
rows = [
    (0, 0, 0, 90), (0, 0, 90, 0), (0, 0, -90, 0), (90, 0, -90, 0),
    (37.938, -122.057, 37.91932, -122.15269), (35.7, 139.7, -33.45, -70.67),
    (30, 179.9, 30, -179.9), (-41.3, 174.8, 40.4, -3.7), (64, -21, 64.05, -21.3),
    (0, 0, 0.5, 179.5), (0, 0, 0.5, 179.7), (0, 0, 0.1, 179.99), (30, 0, -30, 179.8),
    (-30, 10, 29.9, -169.9), (0, 0, 0, 179.5), (45, 0, -45, 179.3), (10, 20, -10.2, -160.4),
    (0, 10, 0, 170), (89.9, 0, 89.9, 180), (-5, 3, 5.1, -177.2),
]
for _ in range(120):
    rows.append((round(random.uniform(-89, 89), 3), round(random.uniform(-180, 180), 3),
                 round(random.uniform(-89, 89), 3), round(random.uniform(-180, 180), 3)))
for _ in range(40):  # regional
    a, b = round(random.uniform(-70, 70), 3), round(random.uniform(-180, 180), 3)
    rows.append((a, b, round(a + random.uniform(-2.5, 2.5), 3), round(b + random.uniform(-3, 3), 3)))
for _ in range(30):  # nearly antipodal
    a, b = round(random.uniform(-80, 80), 3), round(random.uniform(-180, 180), 3)
    rows.append((a, b, round(-a + random.uniform(-.4, .4), 3), round(b + 180 + random.uniform(-.5, .5), 3)))
with open("geodesics.csv", "w") as f:
    print(f"# GeographicLib {geographiclib.__version__}, WGS 84; by geodesics.py", file=f)
    print("# lat1,lon1,lat2,lon2,distance_m,az1_deg,az2_deg,geocentric_angle_deg", file=f)
    for r in rows:
        g = Geodesic.WGS84.Inverse(*r)
        print(*r, f"{g['s12']:.6f}", f"{g['azi1']:.10f}", f"{g['azi2']:.10f}", f"{angle(*r):.10f}", sep=",", file=f)
