// What lies on the ground of the map: events, wavefronts, stations, scale bar.

import { geoCircle, geoPath } from 'd3-geo';
import { step } from './geo.js';
import { classOf, ink } from './scale.js';
import { kmPerDegree, reach } from './travel.js';

const waveSeconds = 400; // wavefronts are drawn for so long after the origin

// eventRadius is the size of an event's circle in rem; area grows with energy's
// square root or so, and stays readable from M 0 to 8.
export function eventRadius(mag) {
  return 0.22 + 0.16 * Math.min(8, Math.max(0, mag ?? 1)) ** 1.15;
}

// ageClass tells how an event is coloured.
export function ageClass(ageMs) {
  return ageMs < 3600e3 ? 'event' : ageMs < 86400e3 ? 'eventDay' : 'eventOld';
}

export function drawEvents(ctx, projection, inView, events, shown, now, colour, rem) {
  for (const e of [...events].reverse()) {
    const p = e.lon !== null && inView(e.lon, e.lat) && projection([e.lon, e.lat]);
    if (!p) continue;
    const r = eventRadius(e.mag) * rem;
    const gone = e.withdrawn || e.status === 'rejected';
    const kind = gone ? 'eventOld' : ageClass(now - e.time);
    ctx.beginPath();
    ctx.arc(p[0], p[1], r, 0, 2 * Math.PI);
    ctx.strokeStyle = colour[kind];
    ctx.lineWidth = kind === 'event' ? 2.5 : 1.5;
    if (gone) ctx.setLineDash([3, 3]);
    ctx.globalAlpha = kind === 'event' ? 0.35 : 0.18;
    ctx.fillStyle = colour[kind];
    if (!gone && kind !== 'eventOld') ctx.fill();
    ctx.globalAlpha = 1;
    ctx.stroke();
    ctx.setLineDash([]);
    if (e.id === shown?.id) {
      ctx.beginPath(); // a cross marks the epicentre shown
      for (const [x, y] of [[1, 1], [1, -1]]) {
        ctx.moveTo(p[0] - 0.5 * rem * x, p[1] - 0.5 * rem * y);
        ctx.lineTo(p[0] + 0.5 * rem * x, p[1] + 0.5 * rem * y);
      }
      ctx.strokeStyle = colour.halo;
      ctx.lineWidth = 5;
      ctx.stroke();
      ctx.strokeStyle = colour.event;
      ctx.lineWidth = 2.5;
      ctx.stroke();
    }
  }
}

// drawWaves draws the P and S circles of an event and reports whether there
// was anything to draw.
export function drawWaves(ctx, projection, event, now, width, height, colour, rem, words) {
  const ageS = event ? (now - event.time) / 1000 : -1;
  if (!event || event.lon === null || ageS < 0 || ageS > waveSeconds) return false;
  const path = geoPath(projection, ctx);
  for (const [phase, key, dash] of [['P', 'waveP', []], ['S', 'waveS', [9, 5]]]) {
    const km = reach(phase, ageS, event.depth);
    if (km <= 0) continue;
    const circle = geoCircle().center([event.lon, event.lat]).radius(Math.min(179, km / kmPerDegree)).precision(3)();
    ctx.beginPath();
    path(circle);
    ctx.strokeStyle = colour[key];
    ctx.lineWidth = phase === 'P' ? 1.75 : 2.5;
    ctx.setLineDash(dash);
    ctx.stroke();
    ctx.setLineDash([]);
    const at = labelPlace(projection, event, km / kmPerDegree, width, height, rem);
    if (at) label(ctx, `${words[phase]} ${Math.round(km)} ${words.km}`, at[0] + 4, at[1] - 4, colour[key], colour.halo, 0.85 * rem);
  }
  return true;
}

// labelPlace finds a point of a wave's circle that is well inside the map,
// from the north-east on.
function labelPlace(projection, event, degrees, width, height, rem) {
  const line = geoCircle().center([event.lon, event.lat]).radius(Math.min(179, degrees)).precision(15)().coordinates[0];
  const inside = ([x, y]) => x > rem && x < width - 6 * rem && y > 7 * rem && y < height - 2.5 * rem;
  let best = null;
  for (const c of line) {
    const p = projection(c);
    if (p && inside(p) && (!best || p[0] - p[1] > best[0] - best[1])) best = p;
  }
  return best;
}

// label writes text with a halo, so that it reads on anything.
export function label(ctx, text, x, y, colour, halo, px, align = 'left') {
  ctx.font = `600 ${px}px system-ui, sans-serif`;
  ctx.textAlign = align;
  ctx.textBaseline = 'middle';
  ctx.lineJoin = 'round';
  ctx.strokeStyle = halo;
  ctx.lineWidth = 3.5;
  ctx.strokeText(text, x, y);
  ctx.fillStyle = colour;
  ctx.fillText(text, x, y);
}

// drawStations draws a triangle per station: filled with the colour of its
// shaking, hollow when late, a cross when silent, barred when excluded.
export function drawStations(ctx, projection, inView, stations, scale, chosen, colour, rem) {
  const visible = [];
  for (const s of stations) {
    const p = s.lon !== null && inView(s.lon, s.lat) && projection([s.lon, s.lat]);
    if (p && p[0] > -20 && p[1] > -20 && p[0] < ctx.canvas.width && p[1] < ctx.canvas.height) visible.push([s, p]);
  }
  const names = []; // places taken; a name that would lie on another is left out
  const shaken = (s) => (s.state === 'live' && s.shaking ? s.shaking[scale] ?? -99 : -99);
  visible.sort((a, b) => shaken(a[0]) - shaken(b[0]) || (a[0].id < b[0].id ? -1 : 1)); // the strongest on top
  for (const [s, [x, y]] of visible) {
    const cls = s.state === 'live' && s.shaking ? classOf(scale, s.shaking[scale]) : null;
    const felt = cls?.colour;
    const r = (felt ? 0.78 : 0.5) * rem;
    if (s.state === 'silent') {
      ctx.beginPath();
      for (const d of [1, -1]) {
        ctx.moveTo(x - r * 0.6, y - r * 0.6 * d);
        ctx.lineTo(x + r * 0.6, y + r * 0.6 * d);
      }
      ctx.strokeStyle = colour.muted;
      ctx.lineWidth = 2;
      ctx.stroke();
    } else {
      triangle(ctx, x, y, r);
      if (s.state === 'live') {
        ctx.fillStyle = felt ?? colour.trace;
        ctx.fill();
      } else {
        ctx.fillStyle = colour.land;
        ctx.fill();
        ctx.setLineDash([3, 2]);
      }
      ctx.strokeStyle = s.state === 'live' ? colour.outline : colour.muted;
      ctx.lineWidth = felt ? 1.5 : 1.2;
      ctx.stroke();
      ctx.setLineDash([]);
      if (s.standing !== 'use') {
        ctx.beginPath();
        ctx.moveTo(x - r, y + 0.25 * r);
        ctx.lineTo(x + r, y + 0.25 * r);
        ctx.strokeStyle = s.standing === 'excluded' ? colour.bad : colour.warn;
        ctx.lineWidth = 2.5;
        ctx.stroke();
      }
      if (felt) {
        ctx.font = `700 ${0.62 * rem}px system-ui, sans-serif`;
        ctx.textAlign = 'center';
        ctx.textBaseline = 'middle';
        ctx.fillStyle = ink(felt);
        ctx.fillText(cls.label, x, y + 0.2 * r);
      }
    }
    if (chosen.includes(s.id)) {
      ctx.beginPath();
      ctx.arc(x, y, r + 4, 0, 2 * Math.PI);
      ctx.strokeStyle = colour.focus;
      ctx.lineWidth = 2;
      ctx.stroke();
    }
    const at = y + r + 0.5 * rem;
    if (names.length < 150 && !names.some(([nx, ny]) => Math.abs(nx - x) < 2.6 * rem && Math.abs(ny - at) < 0.9 * rem)) {
      names.push([x, at]);
      label(ctx, s.id.split('.')[1], x, at, colour.muted, colour.halo, 0.72 * rem, 'center');
    }
  }
}

function triangle(ctx, x, y, r) {
  ctx.beginPath();
  ctx.moveTo(x, y - r);
  ctx.lineTo(x + 0.93 * r, y + 0.72 * r);
  ctx.lineTo(x - 0.93 * r, y + 0.72 * r);
  ctx.closePath();
}

// drawScaleBar draws a bar of a round length at the lower right.
export function drawScaleBar(ctx, projection, width, height, colour, rem, unit) {
  const pxPerKm = projection.scale() / 6371;
  const km = step((9 * rem) / pxPerKm);
  const w = km * pxPerKm;
  const x = width - w - 0.8 * rem;
  const y = height - 1.9 * rem;
  ctx.strokeStyle = colour.text;
  ctx.lineWidth = 1.5;
  ctx.beginPath();
  ctx.moveTo(x, y - 4);
  ctx.lineTo(x, y);
  ctx.lineTo(x + w, y);
  ctx.lineTo(x + w, y - 4);
  ctx.stroke();
  label(ctx, `${km} ${unit}`, x + w / 2, y - 0.65 * rem, colour.text, colour.halo, 0.8 * rem, 'center');
}
