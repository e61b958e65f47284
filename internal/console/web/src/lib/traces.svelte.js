// The waveforms shown: which streams, and their newest samples.

import { centre, stations } from './centre.svelte.js';
import { readFrame, Waveform } from './frame.js';
import { distanceKm } from './geo.js';
import { Traces } from './stream.js';

export const windowMs = 90_000;

export const waveforms = new Map(); // stream → Waveform

// bestStream is the vertical stream of a station to look at: live before not,
// velocity before acceleration, then the faster.
export function bestStream(station) {
  const rank = (s) => [s.live ? 0 : 1, /\.[A-Z]H[A-Z0-9]$/.test(s.stream) ? 0 : 1, -(s.rate_hz ?? 0)];
  const vertical = station.streams.filter((s) => s.stream.endsWith('Z') && (s.rate_hz ?? 0) >= 10);
  vertical.sort((a, b) => {
    const x = rank(a);
    const y = rank(b);
    return x[0] - y[0] || x[1] - y[1] || x[2] - y[2] || (a.stream < b.stream ? -1 : 1);
  });
  return vertical[0] ?? null;
}

// wanted lists up to n rows to draw: the chosen stations, or those nearest to
// the event, or any that are live.
export function wanted(event, chosen, n) {
  const rows = [];
  for (const s of stations.values()) {
    const stream = bestStream(s);
    if (!stream) continue;
    const km = event && event.lon !== null && s.lon !== null ? distanceKm(event.lat, event.lon, s.lat, s.lon) : null;
    rows.push({ station: s.id, stream: stream.stream, live: stream.live && s.state === 'live', km });
  }
  const far = (r) => r.km ?? Infinity;
  rows.sort((a, b) => far(a) - far(b) || (a.station < b.station ? -1 : 1));
  if (chosen.length) {
    const picked = rows.filter((r) => chosen.includes(r.station));
    return picked.slice(0, Math.max(n, picked.length));
  }
  return rows.filter((r) => r.live).slice(0, n);
}

// connect opens the waveform connection; it returns { want, close, dropped }.
export function connect(onDropped) {
  const traces = new Traces({
    state: (name) => (centre.traces = name),
    frame(buffer) {
      const frame = readFrame(buffer);
      if (frame.dropped) onDropped(frame.dropped);
      for (const s of frame.segments) waveforms.get(s.stream)?.add(s);
    },
  });
  let rate = 0;
  return {
    want(streams, maxRateHz) {
      for (const name of waveforms.keys()) if (!streams.includes(name)) waveforms.delete(name);
      if (maxRateHz !== rate) waveforms.clear();
      rate = maxRateHz;
      for (const name of streams) if (!waveforms.has(name)) waveforms.set(name, new Waveform(windowMs));
      traces.want(streams, windowMs / 1000, maxRateHz);
    },
    close: () => traces.close(),
  };
}

