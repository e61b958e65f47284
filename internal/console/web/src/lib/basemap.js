// The ground of the map: land, borders and a grid, drawn from Natural Earth
// (world-atlas), which is served with the page. The projection is azimuthal
// equidistant about the middle of the view, so that distances from there are
// true and one scale bar serves.

import { geoAzimuthalEquidistant, geoGraticule, geoPath } from 'd3-geo';
import { feature, mesh } from 'topojson-client';

let atlas = null;

// loadAtlas fetches the world once.
export async function loadAtlas() {
  if (!atlas) {
    const answer = await fetch('./world-50m.json');
    if (!answer.ok) throw new Error(`world-50m.json: ${answer.status}`);
    const world = await answer.json();
    atlas = { land: feature(world, world.objects.land), borders: mesh(world, world.objects.countries, (a, b) => a !== b) };
  }
  return atlas;
}

// View is what part of the world is shown: its middle, and the degrees from
// there to the nearer edge.
export class View {
  lon = 0;
  lat = 0;
  radius = 90;

  projection(width, height) {
    const r = Math.min(width, height) / 2;
    return geoAzimuthalEquidistant()
      .rotate([-this.lon, -this.lat])
      .scale(r / ((this.radius * Math.PI) / 180))
      .translate([width / 2, height / 2])
      .clipAngle(Math.min(179, (this.radius * Math.hypot(width, height)) / (2 * r) + 1))
      .precision(0.5);
  }

  fit({ lon, lat, radius }) {
    this.lon = lon;
    this.lat = lat;
    this.radius = Math.min(175, Math.max(0.05, radius * 1.22));
  }

  zoom(factor) {
    this.radius = Math.min(175, Math.max(0.05, this.radius * factor));
  }

  // move shifts the view by a share of its radius.
  move(right, up) {
    this.lat = Math.max(-89, Math.min(89, this.lat + up * this.radius));
    this.lon = wrap(this.lon + (right * this.radius) / Math.max(0.1, Math.cos((this.lat * Math.PI) / 180)));
  }
}

const wrap = (lon) => ((((lon + 180) % 360) + 360) % 360) - 180;

// gridStep is the spacing of the grid in degrees for a view.
export function gridStep(radius) {
  return [30, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05].find((s) => radius / s >= 1.6) ?? 0.02;
}

// drawGround paints land, borders and grid.
export function drawGround(ctx, view, width, height, colour) {
  const projection = view.projection(width, height);
  projection.clipExtent([[-2, -2], [width + 2, height + 2]]);
  const path = geoPath(projection, ctx);
  ctx.fillStyle = colour.water;
  ctx.fillRect(0, 0, width, height);
  if (atlas) {
    ctx.beginPath();
    path(atlas.land);
    ctx.fillStyle = colour.land;
    ctx.fill();
    ctx.strokeStyle = colour.border;
    ctx.lineWidth = 1;
    ctx.stroke();
  }
  const s = gridStep(view.radius);
  const reach = Math.min(90, view.radius * 3);
  const east = Math.min(180, reach / Math.max(0.05, Math.cos((Math.min(89, Math.abs(view.lat) + reach) * Math.PI) / 180)));
  const down = (x) => Math.floor(x / s) * s;
  const south = Math.max(-90, down(view.lat - reach));
  const north = Math.min(90, down(view.lat + reach) + s);
  const extent = east >= 180 ? [[-180, south], [180 - 1e-6, north]] : [[down(view.lon - east), south], [down(view.lon + east) + s, north + 1e-6]];
  ctx.beginPath();
  path(geoGraticule().step([s, s]).extent(extent).precision(Math.max(0.05, s / 4))());
  ctx.strokeStyle = colour.grid;
  ctx.lineWidth = 1;
  ctx.stroke();
  if (atlas) {
    ctx.beginPath();
    path(atlas.borders);
    ctx.strokeStyle = colour.border;
    ctx.lineWidth = 1;
    ctx.setLineDash([5, 3]);
    ctx.stroke();
    ctx.setLineDash([]);
  }
  gridLabels(ctx, projection, view, s, width, height, colour);
}

// gridLabels writes the degrees where grid lines meet the left and lower edge.
function gridLabels(ctx, projection, view, s, width, height, colour) {
  if (view.radius > 60) return;
  const digits = s < 0.1 ? 2 : s < 1 ? 1 : 0;
  ctx.fillStyle = colour.muted;
  ctx.font = `${0.78 * rem()}px system-ui, sans-serif`;
  ctx.textBaseline = 'bottom';
  let lastX = -1e9;
  const bottom = projection.invert([width / 2, height - 4]);
  const left = projection.invert([4, height / 2]);
  if (!bottom || !left) return;
  for (let k = -40; k <= 40; k++) {
    const lon = Math.round(view.lon / s + k) * s;
    const p = Math.abs(lon - view.lon) < 85 ? projection([lon, bottom[1]]) : null;
    if (p && p[0] > 60 && p[0] < width - 30 && Math.abs(p[0] - lastX) > 50) {
      ctx.textAlign = 'center';
      ctx.fillText(`${Math.abs(wrap(lon)).toFixed(digits)}°${wrap(lon) < 0 ? 'W' : 'E'}`, p[0], height - 3);
      lastX = p[0];
    }
    const lat = Math.round(view.lat / s + k) * s;
    const q = Math.abs(lat) < 90 ? projection([left[0], lat]) : null;
    if (q && q[1] > 40 && q[1] < height - 40) {
      ctx.textAlign = 'left';
      ctx.fillText(`${Math.abs(lat).toFixed(digits)}°${lat < 0 ? 'S' : 'N'}`, 4, q[1] - 1);
    }
  }
}

export const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize);
