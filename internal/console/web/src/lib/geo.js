// Distance on the sphere, for ordering and for labels; the centre's own
// distances are on the ellipsoid.

const radians = Math.PI / 180;

export function distanceKm(lat1, lon1, lat2, lon2) {
  const a =
    Math.sin(((lat2 - lat1) * radians) / 2) ** 2 +
    Math.cos(lat1 * radians) * Math.cos(lat2 * radians) * Math.sin(((lon2 - lon1) * radians) / 2) ** 2;
  return 2 * 6371 * Math.asin(Math.min(1, Math.sqrt(a)));
}

// around returns the middle of points [lon, lat] and the distance in degrees
// within which a share of them lie; null without points. A few stations across
// an ocean shall not shrink the network to a dot.
export function around(points, within = 0.95) {
  if (!points.length) return null;
  let x = 0;
  let y = 0;
  let z = 0;
  for (const [lon, lat] of points) {
    x += Math.cos(lat * radians) * Math.cos(lon * radians);
    y += Math.cos(lat * radians) * Math.sin(lon * radians);
    z += Math.sin(lat * radians);
  }
  const lat = Math.atan2(z, Math.hypot(x, y)) / radians;
  const lon = Math.atan2(y, x) / radians;
  const far = points.map(([lo, la]) => distanceKm(lat, lon, la, lo) / 111.195).sort((a, b) => a - b);
  return { lon, lat, radius: far[Math.min(far.length - 1, Math.floor(within * far.length))] };
}

// step is the spacing of grid lines or of a scale bar: 1, 2 or 5 times a power
// of ten, not above want.
export function step(want) {
  const p = 10 ** Math.floor(Math.log10(want));
  return want >= 5 * p ? 5 * p : want >= 2 * p ? 2 * p : p;
}
