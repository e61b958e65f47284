// Numbers and times as the console writes them. A value not known is "–".

export const none = '–';

export function fixed(x, digits) {
  return x === null || x === undefined || !Number.isFinite(x) ? none : x.toFixed(digits).replace('-', '−');
}

// significant writes a measurement with n digits and no exponent.
export function significant(x, n) {
  if (x === null || x === undefined || !Number.isFinite(x)) return none;
  if (x === 0) return '0';
  const rounded = Number(x.toPrecision(n));
  const decimals = Math.max(0, n - 1 - Math.floor(Math.log10(Math.abs(rounded))));
  return rounded.toFixed(Math.min(decimals, 6)).replace('-', '−');
}

const two = (n) => String(n).padStart(2, '0');

export function clock(ms) {
  const d = new Date(ms);
  return `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())}`;
}

export function date(ms) {
  return new Date(ms).toISOString().slice(0, 10);
}

export function localClock(ms) {
  const d = new Date(ms);
  return `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
}

// offset is the zone of the viewer's computer, such as "UTC+08:00".
export function offset(ms) {
  const m = -new Date(ms).getTimezoneOffset();
  return `UTC${m < 0 ? '−' : '+'}${two(Math.floor(Math.abs(m) / 60))}:${two(Math.abs(m) % 60)}`;
}

// tenths is an origin time to a tenth of a second.
export function tenths(ms) {
  const t = Math.floor(ms / 100);
  return `${date(t * 100)} ${clock(t * 100)}.${((t % 10) + 10) % 10}`;
}

// age is a span in the largest unit that tells enough.
export function age(ms) {
  if (!Number.isFinite(ms)) return none;
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 120) return `${s} s`;
  if (s < 7200) return `${Math.floor(s / 60)} min`;
  if (s < 172800) return `${Math.floor(s / 3600)} h`;
  return `${Math.floor(s / 86400)} d`;
}

export function position(lat, lon) {
  return `${Math.abs(lat).toFixed(3)}° ${lat < 0 ? 'S' : 'N'}  ${Math.abs(lon).toFixed(3)}° ${lon < 0 ? 'W' : 'E'}`;
}
