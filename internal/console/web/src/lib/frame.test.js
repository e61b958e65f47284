import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readFrame, Waveform } from './frame.js';

// The server's own test writes and compares this message, so both ends read
// the same bytes.
const golden = readFileSync(new URL('../../../../httpd/testdata/frame.bin', import.meta.url));
const message = golden.buffer.slice(golden.byteOffset, golden.byteOffset + golden.byteLength);

test("the server's frame is read", () => {
  const { dropped, segments } = readFrame(message);
  assert.equal(dropped, 7);
  assert.equal(segments.length, 4);
  const [ints, floats, bins, floatBins] = segments;
  assert.deepEqual({ ...ints, values: [...ints.values] }, {
    stream: 'XX.HF01..HNZ', startMs: 1571117622810.5, rate: 100, bins: false, recent: true, values: [1, -2, 2147483647, -2147483648],
  });
  assert.deepEqual([...floats.values], [0.5, -0.25, Math.fround(1e30)]);
  assert.equal(floats.recent, false);
  assert.deepEqual([bins.bins, bins.rate, [...bins.values]], [true, 25, [-1, 3, 4, 9]]);
  assert.deepEqual([floatBins.stream, floatBins.bins, [...floatBins.values]], ['XX.LONGER.00.HHE', true, [-0.5, 0.5]]);
});

test('a frame cut anywhere is an error, never a wrong answer', () => {
  for (let n = 0; n < message.byteLength; n++) assert.throws(() => readFrame(message.slice(0, n)), RangeError, `cut at ${n}`);
  const other = new Uint8Array(message.slice(0));
  other[0] = 2;
  assert.throws(() => readFrame(other.buffer), RangeError);
});

const segment = (startMs, values, more = {}) => ({ startMs, rate: 10, bins: false, values: Float32Array.from(values), ...more });

test('segments come in any order and twice', () => {
  const w = new Waveform(10_000);
  w.add(segment(1000, [5, 6]));
  w.add(segment(800, [3, 4]));
  w.add(segment(1000, [5, 6]));
  assert.deepEqual(w.segments.map((s) => s.startMs), [800, 1000]);
});

test('what is older than the window is let go', () => {
  const w = new Waveform(1000);
  for (let t = 0; t < 10_000; t += 200) w.add(segment(t, [1, 2]));
  assert.ok(w.segments.length <= 9, `${w.segments.length} segments`);
});

test('columns keep peaks, show gaps and centre on the mean', () => {
  const w = new Waveform(10_000);
  w.add(segment(0, [10, 10, 30, 10])); // 0–400 ms
  w.add(segment(600, [10, 10, -10, 10])); // gap of 200 ms
  const c = w.columns(0, 1000, 5); // 200 ms each
  assert.deepEqual([...c.high], [10, 30, NaN, 10, 10]);
  assert.deepEqual([...c.low], [10, 10, NaN, 10, -10]);
  assert.equal(c.mean, 10);
  assert.equal(c.peak, 20);
  const b = new Waveform(10_000);
  b.add(segment(0, [-5, 5, -50, 60], { bins: true })); // two bins of 100 ms
  const d = b.columns(0, 200, 2);
  assert.deepEqual([[...d.low], [...d.high]], [[-5, -50], [5, 60]]);
});

test('few samples fill every column they cover', () => {
  const w = new Waveform(10_000);
  w.add({ startMs: 0, rate: 1, bins: false, values: Int32Array.from([1, 2]) });
  assert.deepEqual([...w.columns(0, 2000, 4).high], [1, 1, 2, 2]);
});
