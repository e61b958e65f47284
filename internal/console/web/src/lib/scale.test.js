import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classOf, ink, scales, share } from './scale.js';

test('JMA classes change at the limits of the notice', () => {
  for (const [value, label] of [[-3, '0'], [0.4, '0'], [0.5, '1'], [1.5, '2'], [2.4, '2'], [4.4, '4'], [4.5, '5−'], [4.9, '5−'], [5.0, '5+'], [5.5, '6−'], [6.0, '6+'], [6.4, '6+'], [6.5, '7'], [7.2, '7']]) {
    assert.equal(classOf('jma', value).label, label, `intensity ${value}`);
  }
});

test('GB/T degrees are instrumental intensities, rounded', () => {
  for (const [value, label] of [[1, 'I'], [1.4, 'I'], [1.5, 'II'], [5.5, 'VI'], [6.4, 'VI'], [6.5, 'VII'], [11.5, 'XII'], [12, 'XII']]) {
    assert.equal(classOf('gbt', value).label, label, `intensity ${value}`);
  }
});

test('a value not known has no class', () => {
  for (const v of [null, undefined, NaN]) assert.equal(classOf('gbt', v), null);
});

test('every class can be read on its colour', () => {
  const light = (c) => {
    const [r, g, b] = [1, 3, 5].map((i) => parseInt(c.slice(i, i + 2), 16) / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  for (const name of ['jma', 'gbt']) {
    for (const { colour, label } of scales[name].classes) {
      if (!colour) continue;
      const [a, b] = [light(colour), light(ink(colour))].sort((x, y) => y - x);
      assert.ok((a + 0.05) / (b + 0.05) >= 4.5, `${name} ${label}: contrast ${((a + 0.05) / (b + 0.05)).toFixed(2)}`);
    }
  }
});

test('bars stay on the scale', () => {
  assert.equal(share('gbt', 0), 0);
  assert.equal(share('gbt', 12), 1);
  assert.equal(share('jma', 3.5), 0.5);
  assert.equal(share('jma', null), 0);
});
