// How far the first P and S waves have come on the surface, for the circles on
// the map. A crust over a half-space, 35 km thick; direct wave and head wave
// along its base (Aki and Richards 2002, section 4.3). It is for the eye, not
// for warning: regional crusts differ by a few seconds.

const crustKm = 35;
const speeds = { P: { crust: 6.1, mantle: 8.05 }, S: { crust: 3.52, mantle: 4.5 } }; // km/s

export const kmPerDegree = (6371 * Math.PI) / 180;

// reach returns the epicentral distance in km that a wave has reached ageS
// seconds after the origin, or 0 if it is still below ground.
export function reach(phase, ageS, depthKm) {
  const { crust, mantle } = speeds[phase];
  const depth = Math.min(Math.max(depthKm || 0, 0), 700);
  if (!(ageS > 0)) return 0;
  const v = depth > crustKm ? mantle : crust;
  const direct = Math.sqrt(Math.max(0, (v * ageS) ** 2 - depth ** 2));
  if (depth > crustKm) return direct;
  // t = x/mantle + (2·crust − depth)·cos(i)/crust, from the critical distance on.
  const sine = crust / mantle;
  const cosine = Math.sqrt(1 - sine * sine);
  const legs = 2 * crustKm - depth;
  const head = mantle * (ageS - (legs * cosine) / crust);
  return head >= (legs * sine) / cosine ? Math.max(direct, head) : direct;
}
