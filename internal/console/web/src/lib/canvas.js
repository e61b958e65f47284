// What both canvases share: sharp pixels, and the colours of the theme.

// fit gives a canvas the pixels of its box and returns its size in CSS pixels.
export function fit(canvas, ctx) {
  const ratio = window.devicePixelRatio || 1;
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  return { width, height, ratio };
}

// palette reads the custom properties of app.css that are drawn with.
export function palette() {
  const style = getComputedStyle(document.documentElement);
  const get = (name) => style.getPropertyValue(name).trim();
  return {
    text: get('--text'), muted: get('--muted'), line: get('--line'), focus: get('--focus'), warn: get('--warn'), bad: get('--bad'),
    water: get('--water'), land: get('--land'), border: get('--border'), grid: get('--grid'), halo: get('--halo'),
    trace: get('--trace'), waveP: get('--wave-p'), waveS: get('--wave-s'), outline: get('--outline'),
    event: get('--event'), eventDay: get('--event-day'), eventOld: get('--event-old'),
  };
}
