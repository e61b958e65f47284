import assert from 'node:assert/strict';
import { test } from 'node:test';
import { around, distanceKm, step } from './geo.js';

test('distances on the sphere', () => {
  assert.ok(Math.abs(distanceKm(0, 0, 0, 90) - (6371 * Math.PI) / 2) < 1e-6);
  assert.ok(Math.abs(distanceKm(31, 103, 32, 103) - 111.19) < 0.01);
  assert.ok(Math.abs(distanceKm(10, 179.5, 10, -179.5) - 109.5) < 0.1);
});

test('the middle of a network at the date line lies there', () => {
  const a = around([[179, 10], [-179, 10], [179, 12], [-179, 12]], 1);
  assert.ok(Math.abs(Math.abs(a.lon) - 180) < 1e-6);
  assert.ok(a.radius > 1 && a.radius < 2);
  assert.equal(around([]), null);
});

test('one far station does not shrink the network', () => {
  const near = Array.from({ length: 30 }, (_, i) => [100 + (i % 6) * 0.1, 30 + Math.floor(i / 6) * 0.1]);
  assert.ok(around([...near, [-70, -30]]).radius < 12);
});

test('steps are 1, 2 or 5', () => {
  assert.deepEqual([0.7, 1, 3, 9, 49, 200].map(step), [0.5, 1, 2, 5, 20, 200]);
});
