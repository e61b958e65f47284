import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kmPerDegree, reach } from './travel.js';

test('a wave reaches the surface only when it has come up', () => {
  assert.equal(reach('P', 0, 10), 0);
  assert.equal(reach('P', 1.6, 10), 0); // 9.8 km of 10
  assert.ok(reach('P', 2, 10) > 6 && reach('P', 2, 10) < 8);
});

test('near the source the direct wave leads, far away the head wave', () => {
  assert.ok(Math.abs(reach('P', 10, 0) - 61) < 1e-9);
  // First arrivals of ak135, seconds, from TauP in ObsPy 1.5.1:
  // TauPyModel('ak135').get_travel_times(depth, degrees, ['p', 'P', 'Pn', 'Pg']),
  // likewise for S. The circles are within 2.5 %.
  for (const [phase, depth, degrees, seconds] of [
    ['P', 0, 2, 35.027], ['P', 10, 2, 33.827], ['S', 0, 2, 60.751], ['S', 10, 2, 58.902],
    ['P', 0, 5, 76.274], ['P', 10, 5, 75.073], ['S', 0, 5, 134.765], ['S', 10, 5, 132.913],
    ['P', 0, 10, 144.896], ['P', 10, 10, 143.691], ['S', 0, 10, 257.802], ['S', 10, 10, 255.938],
  ]) {
    const got = reach(phase, seconds, depth) / kmPerDegree;
    assert.ok(Math.abs(got - degrees) < 0.025 * degrees, `${phase} from ${depth} km after ${seconds} s: ${got.toFixed(3)}°, want ${degrees}°`);
  }
});

test('circles only grow', () => {
  for (const phase of ['P', 'S']) {
    for (const depth of [0, 10, 33, 36, 300]) {
      let before = 0;
      for (let t = 0; t < 400; t += 0.5) {
        const now = reach(phase, t, depth);
        assert.ok(now >= before, `${phase} ${depth} km: ${now} after ${before} at ${t} s`);
        before = now;
      }
    }
  }
});
