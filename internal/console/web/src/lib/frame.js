// The binary messages of /traces; docs/http.md has the table of fields.

// readFrame returns { dropped, segments: [{ stream, startMs, rate, bins, recent, values }] }.
// With bins, values are pairs of smallest and largest and rate counts bins.
// It throws a RangeError on a message that is cut short or of another version.
export function readFrame(buffer) {
  const view = new DataView(buffer);
  if (view.getUint8(0) !== 1 || view.getUint8(1) !== 1) throw new RangeError('frame of unknown version or kind');
  const count = view.getUint16(2, true);
  const segments = [];
  let at = 8;
  for (let i = 0; i < count; i++) {
    const startMs = Number(view.getBigInt64(at, true)) / 1e6;
    const rate = view.getFloat64(at + 8, true);
    const n = view.getUint32(at + 16, true);
    const form = view.getUint8(at + 20);
    const flags = view.getUint8(at + 21);
    const nameLength = view.getUint16(at + 22, true);
    if (form < 1 || form > 4 || !(rate > 0)) throw new RangeError(`segment ${i} has form ${form}, rate ${rate}`);
    const stream = new TextDecoder().decode(new Uint8Array(buffer, at + 24, nameLength));
    const from = at + 24 + Math.ceil(nameLength / 4) * 4;
    const values = form % 2 === 1 ? new Int32Array(buffer, from, n) : new Float32Array(buffer, from, n);
    segments.push({ stream, startMs, rate, bins: form > 2, recent: (flags & 1) === 1, values });
    at = from + 4 * n;
  }
  return { dropped: view.getUint32(4, true), segments };
}

// Waveform holds the newest segments of one stream.
export class Waveform {
  constructor(windowMs) {
    this.windowMs = windowMs;
    this.segments = []; // by start
  }

  add(segment) {
    const s = { ...segment, endMs: segment.startMs + ((segment.bins ? segment.values.length / 2 : segment.values.length) / segment.rate) * 1000 };
    // After a reconnection the same data comes again.
    if (this.segments.some((o) => o.startMs === s.startMs && o.rate === s.rate)) return;
    let i = this.segments.length;
    while (i > 0 && this.segments[i - 1].startMs > s.startMs) i--;
    this.segments.splice(i, 0, s);
    const newest = this.segments[this.segments.length - 1].endMs;
    while (this.segments[0].endMs < newest - this.windowMs * 1.5) this.segments.shift();
  }

  clear() {
    this.segments = [];
  }

  // columns puts what lies in [fromMs, toMs) into n columns: smallest and
  // largest value of each, NaN where there is nothing, and the mean over all.
  columns(fromMs, toMs, n) {
    const low = new Float64Array(n).fill(NaN);
    const high = new Float64Array(n).fill(NaN);
    let sum = 0;
    let count = 0;
    const perMs = n / (toMs - fromMs);
    for (const s of this.segments) {
      if (s.endMs < fromMs || s.startMs >= toMs) continue;
      const step = s.bins ? 2 : 1;
      const ms = 1000 / s.rate;
      for (let i = 0, t = s.startMs; i < s.values.length; i += step, t += ms) {
        const first = Math.max(0, Math.floor((t - fromMs) * perMs));
        const last = Math.min(n - 1, Math.floor((t + ms - fromMs) * perMs - 1e-9));
        const a = s.values[i];
        const b = s.values[i + step - 1];
        for (let c = first; c <= last; c++) {
          if (!(low[c] <= a)) low[c] = a;
          if (!(high[c] >= b)) high[c] = b;
        }
        if (t >= fromMs && t < toMs) {
          sum += (a + b) / 2;
          count++;
        }
      }
    }
    const mean = count ? sum / count : 0;
    let peak = 0;
    for (let c = 0; c < n; c++) {
      if (high[c] - mean > peak) peak = high[c] - mean;
      if (mean - low[c] > peak) peak = mean - low[c];
    }
    return { low, high, mean, peak, count };
  }
}
