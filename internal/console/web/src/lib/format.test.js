import assert from 'node:assert/strict';
import { test } from 'node:test';
import { age, clock, fixed, position, significant, tenths } from './format.js';

test('numbers', () => {
  assert.equal(fixed(null, 1), '–');
  assert.equal(fixed(-0.25, 1), '−0.3');
  assert.equal(significant(296792, 3), '297000');
  assert.equal(significant(117.4, 3), '117');
  assert.equal(significant(0.9996, 3), '1.00');
  assert.equal(significant(0.0184, 3), '0.0184');
  assert.equal(significant(0, 3), '0');
  assert.equal(significant(NaN, 3), '–');
});

test('ages use the largest unit that tells enough', () => {
  for (const [s, want] of [[-4, '0 s'], [0, '0 s'], [119, '119 s'], [120, '2 min'], [7199, '119 min'], [7200, '2 h'], [172799, '47 h'], [172800, '2 d']]) {
    assert.equal(age(s * 1000), want);
  }
  assert.equal(age(NaN), '–');
});

test('times are UTC and cut, not rounded', () => {
  const ms = Date.UTC(2019, 9, 15, 5, 33, 59, 990);
  assert.equal(clock(ms), '05:33:59');
  assert.equal(tenths(ms), '2019-10-15 05:33:59.9');
  assert.equal(tenths(-1), '1969-12-31 23:59:59.9');
});

test('positions name their half of the world', () => {
  assert.equal(position(-30.5, 103.25), '30.500° S  103.250° E');
  assert.equal(position(0, -0.5), '0.000° N  0.500° W');
});
