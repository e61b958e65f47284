// Intensity scales: classes, their limits, and the colours in which operators
// know them. Colour never stands alone: the class is always written beside it.
//
// JMA: classes by instrumental intensity (JMA notice 4 of 1996), colours of the
// agency's guideline for the colouring of weather information (2012).
//
// GB/T 17742-2020: degrees I–XII by instrumental intensity, rounded. The
// standard names no colours; these are the ones ShakeMap gives to the degrees
// of the modified Mercalli scale, which the public knows.

export const scales = {
  jma: {
    quietBelow: 0.5,
    classes: [
      { from: -Infinity, label: '0', colour: null },
      { from: 0.5, label: '1', colour: '#f2f2ff' },
      { from: 1.5, label: '2', colour: '#00aaff' },
      { from: 2.5, label: '3', colour: '#0041ff' },
      { from: 3.5, label: '4', colour: '#fae696' },
      { from: 4.5, label: '5−', colour: '#ffe600' },
      { from: 5.0, label: '5+', colour: '#ff9900' },
      { from: 5.5, label: '6−', colour: '#ff2800' },
      { from: 6.0, label: '6+', colour: '#a50021' },
      { from: 6.5, label: '7', colour: '#b40068' },
    ],
  },
  gbt: {
    quietBelow: 1.5,
    classes: [
      { from: -Infinity, label: 'I', colour: null },
      { from: 1.5, label: 'II', colour: '#bfccff' },
      { from: 2.5, label: 'III', colour: '#a0e6ff' },
      { from: 3.5, label: 'IV', colour: '#80ffff' },
      { from: 4.5, label: 'V', colour: '#7aff93' },
      { from: 5.5, label: 'VI', colour: '#ffff00' },
      { from: 6.5, label: 'VII', colour: '#ffc800' },
      { from: 7.5, label: 'VIII', colour: '#ff9100' },
      { from: 8.5, label: 'IX', colour: '#ff0000' },
      { from: 9.5, label: 'X', colour: '#c80000' },
      { from: 10.5, label: 'XI', colour: '#960000' },
      { from: 11.5, label: 'XII', colour: '#640000' },
    ],
  },
};

// classOf returns the class of an instrumental intensity, or null for null.
export function classOf(scale, value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return null;
  const { classes } = scales[scale];
  let found = classes[0];
  for (const c of classes) if (value >= c.from - 1e-9) found = c;
  return found;
}

// ink is the colour, black or white, that reads better on a colour (WCAG 2.2,
// relative luminance).
export function ink(colour) {
  const [r, g, b] = [1, 3, 5].map((i) => {
    const v = parseInt(colour.slice(i, i + 2), 16) / 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  });
  const l = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  return (l + 0.05) ** 2 > 1.05 * 0.05 ? '#000000' : '#ffffff';
}

// share is how far an intensity reaches on its scale, 0 to 1, for bars.
export function share(scale, value) {
  if (!Number.isFinite(value)) return 0;
  const [low, high] = scale === 'jma' ? [0, 7] : [1, 12];
  return Math.min(1, Math.max(0, (value - low) / (high - low)));
}
