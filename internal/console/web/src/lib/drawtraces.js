// Drawing of the trace panel: a row per stream, a common time axis, picks.

import { clock, fixed, significant } from './format.js';
import { label } from './symbols.js';

// layout says where rows and axis lie, in CSS pixels.
export function layout(width, height, rem) {
  const axis = 1.5 * rem;
  const left = 10.4 * rem;
  return { left, axis, plot: Math.max(50, width - left - 0.4 * rem), rows: Math.max(1, Math.min(16, Math.floor((height - axis) / (3.1 * rem)))) };
}

// drawTraces draws rows [{ station, stream, km, waveform, picks }] for the
// window that ends at now.
export function drawTraces(ctx, width, height, rows, now, windowMs, colour, rem, words) {
  const { left, axis, plot } = layout(width, height, rem);
  const from = now - windowMs;
  const x = (ms) => left + ((ms - from) / windowMs) * plot;
  const rowHeight = (height - axis) / Math.max(1, rows.length);
  ctx.clearRect(0, 0, width, height);
  drawAxis(ctx, x, from, now, windowMs, height, axis, plot, colour, rem);
  rows.forEach((row, i) => {
    const top = i * rowHeight;
    const middle = top + rowHeight / 2;
    const half = Math.min(rowHeight / 2 - 2, 4 * rem);
    ctx.strokeStyle = colour.line;
    ctx.lineWidth = 1;
    ctx.beginPath();
    ctx.moveTo(0, Math.round(top + rowHeight) - 0.5);
    ctx.lineTo(width, Math.round(top + rowHeight) - 0.5);
    ctx.stroke();

    const n = Math.floor(plot);
    const c = row.waveform ? row.waveform.columns(from, now, n) : null;
    if (c?.count) drawWave(ctx, c, left, middle, half, colour);
    drawPicks(ctx, row.picks, x, left, left + plot, top, rowHeight, colour, rem);

    const [, station, , channel] = [...row.stream.split('.').slice(0, 4)];
    ctx.textBaseline = 'middle';
    ctx.textAlign = 'left';
    ctx.fillStyle = colour.text;
    ctx.font = `600 ${0.92 * rem}px system-ui, sans-serif`;
    const tall = rowHeight > 2.4 * rem;
    const y = tall ? middle - 0.55 * rem : middle;
    ctx.fillText(`${row.stream.split('.')[0]}.${station} ${channel}`, 0.5 * rem, y);
    if (tall) {
      ctx.fillStyle = colour.muted;
      ctx.font = `${0.8 * rem}px system-ui, sans-serif`;
      const km = row.km === null ? '' : `${fixed(row.km, 0)} ${words.km} · `;
      ctx.fillText(`${km}±${c?.count ? significant(c.peak, 3) : '–'} ${words.counts}`, 0.5 * rem, middle + 0.6 * rem);
    }
  });
}

function drawAxis(ctx, x, from, now, windowMs, height, axis, plot, colour, rem) {
  const every = [1, 2, 5, 10, 15, 30, 60].find((s) => ((s * 1000) / windowMs) * plot > 5.5 * rem) ?? 60;
  ctx.font = `${0.8 * rem}px system-ui, sans-serif`;
  ctx.textBaseline = 'middle';
  ctx.textAlign = 'center';
  for (let t = Math.ceil(from / (every * 1000)) * every * 1000; t <= now; t += every * 1000) {
    ctx.strokeStyle = colour.grid;
    ctx.lineWidth = 1;
    ctx.beginPath();
    ctx.moveTo(Math.round(x(t)) + 0.5, 0);
    ctx.lineTo(Math.round(x(t)) + 0.5, height - axis + 4);
    ctx.stroke();
    ctx.fillStyle = colour.muted;
    if (x(t) < x(now) - 2 * rem) ctx.fillText(clock(t), x(t), height - axis / 2 + 1);
  }
}

function drawWave(ctx, c, left, middle, half, colour) {
  const k = c.peak > 0 ? half / c.peak : 0;
  ctx.strokeStyle = colour.trace;
  ctx.lineWidth = 1;
  ctx.beginPath();
  let pen = false;
  for (let i = 0; i < c.low.length; i++) {
    if (Number.isNaN(c.low[i])) {
      pen = false;
      continue;
    }
    const y1 = middle - (c.high[i] - c.mean) * k;
    const y2 = middle - (c.low[i] - c.mean) * k;
    if (pen) ctx.lineTo(left + i + 0.5, y1);
    else ctx.moveTo(left + i + 0.5, y1);
    ctx.lineTo(left + i + 0.5, Math.max(y2, y1 + 0.5));
    pen = true;
  }
  ctx.stroke();
}

function drawPicks(ctx, picks, x, low, high, top, rowHeight, colour, rem) {
  for (const p of picks) {
    const at = x(p.ms);
    if (at < low || at > high) continue;
    const c = p.phase.startsWith('S') ? colour.waveS : colour.waveP;
    ctx.strokeStyle = c;
    ctx.lineWidth = 2;
    ctx.setLineDash(p.phase.startsWith('S') ? [5, 3] : []);
    ctx.beginPath();
    ctx.moveTo(at, top + 2);
    ctx.lineTo(at, top + rowHeight - 3);
    ctx.stroke();
    ctx.setLineDash([]);
    label(ctx, p.phase, at + 4, top + 0.6 * rem, c, colour.halo, 0.85 * rem);
  }
}
