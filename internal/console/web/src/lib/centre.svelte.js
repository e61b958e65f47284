// What the page knows of the centre, and how it comes to know it. Stations and
// picks change many times a second, so they live in plain Maps, and
// `centre.version` tells the parts to look again; the rest is reactive.

import { follow } from './stream.js';

const keepPicksMs = 10 * 60 * 1000;
const listed = 200; // events in the list

export const stations = new Map(); // "NET.STA" → { id, name, lon, lat, state, standing, shaking, streams, … }
export const picks = new Map(); // "NET.STA" → [{ id, phase, ms }], by time

class Centre {
  connection = $state('connecting'); // 'live', 'lost'
  lostAt = $state(0); // performance.now() of the loss
  everLive = $state(false);
  traces = $state('connecting');
  name = $state('');
  fault = $state('');
  version = $state(0);
  tick = $state.raw(null); // newest `tick` message
  events = $state.raw([]); // newest origin time first
  detail = $state.raw(null); // all of the event shown
  selected = $state(''); // id of the event chosen, '' to follow the newest
  chosen = $state.raw([]); // stations whose traces are wanted, [] for the nearest
  beat = $state(0); // counts half seconds; what shows ages reads it

  #tickAt = 0;
  #movedAt = 0;

  newest = $derived(this.events.find((e) => !e.withdrawn && e.status !== 'rejected') ?? null);
  shown = $derived(this.events.find((e) => e.id === this.selected) ?? this.newest);

  // clock is the chain's clock in ms, carried on from the newest tick by no
  // more than three seconds; 0 while unknown.
  clock() {
    return this.tick?.centre_ms ? this.tick.centre_ms + Math.min(performance.now() - this.#movedAt, 3000) : 0;
  }

  // server is the centre's wall clock in ms; 0 while unknown.
  server() {
    return this.tick ? this.tick.server_ms + (performance.now() - this.#tickAt) : 0;
  }

  // stalledMs is how long the chain's clock has stood still.
  stalledMs() {
    return this.tick?.centre_ms ? performance.now() - this.#movedAt : 0;
  }

  heard(tick) {
    if (!this.tick || tick.centre_ms !== this.tick.centre_ms) this.#movedAt = performance.now();
    this.#tickAt = performance.now();
    this.tick = tick;
  }

  select(id) {
    this.selected = id;
  }

  choose(station) {
    this.chosen = this.chosen.includes(station) ? this.chosen.filter((s) => s !== station) : [...this.chosen, station];
  }
}

export const centre = new Centre();

async function get(path) {
  const answer = await fetch(path, { headers: { Accept: 'application/json, application/geo+json' } });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

// row is an event as the page uses it: the properties, its id and its place.
function row(feature) {
  const [lon, lat, depth] = feature.geometry?.coordinates ?? [null, null, null];
  return { ...feature.properties, id: feature.id, lon, lat, depth };
}

function put(rows) {
  const byID = new Map(centre.events.map((e) => [e.id, e]));
  for (const r of rows) {
    const old = byID.get(r.id);
    if (!old || r.revision >= old.revision) byID.set(r.id, r);
  }
  centre.events = [...byID.values()].sort((a, b) => b.time - a.time || (a.id < b.id ? -1 : 1)).slice(0, listed);
}

function station(id) {
  let s = stations.get(id);
  if (!s) {
    s = { id, name: '', lon: null, lat: null, state: 'silent', standing: 'use', shaking: null, streams: [] };
    stations.set(id, s);
  }
  return s;
}

async function loadStations() {
  const all = await get('./stations.geojson');
  for (const f of all.features) {
    const [lon, lat] = f.geometry?.coordinates ?? [null, null];
    Object.assign(station(f.id), f.properties, { lon, lat });
  }
  centre.version++;
}

async function loadEvents() {
  put((await get(`./events.geojson?limit=${listed}&includerejected=true`)).features.map(row));
}

async function loadStatus() {
  const status = await get('./status.json');
  centre.name = status.centre;
  centre.fault = status.health.ok ? '' : status.health.reason;
}

function again(load) {
  load().catch(() => setTimeout(() => centre.connection === 'live' && again(load), 3000));
}

// start connects the page; it returns a function that ends it.
export function start() {
  const stop = follow({
    connection(name) {
      if (name === 'lost' && centre.connection !== 'lost') centre.lostAt = performance.now();
      if (name === 'live') centre.everLive = true;
      centre.connection = name;
    },
    hello(m) {
      centre.name = m.centre;
      for (const load of [loadStations, loadEvents, loadStatus]) again(load);
    },
    resync: () => again(loadEvents),
    tick: (m) => centre.heard(m),
    event: (m) => put([row(m)]),
    shaking(m) {
      for (const v of m.stations) station(v.station).shaking = v;
      centre.version++;
    },
    state(m) {
      for (const v of m.stations) Object.assign(station(v.station), v);
      centre.version++;
    },
    pick(m) {
      for (const p of m.picks) addPick(p);
      centre.version++;
    },
  });
  const inventory = setInterval(() => centre.connection === 'live' && again(loadStations), 60000);
  const status = setInterval(() => centre.connection === 'live' && again(loadStatus), 10000);
  const beat = setInterval(() => centre.beat++, 500);
  return () => {
    stop();
    for (const t of [inventory, status, beat]) clearInterval(t);
  };
}

function addPick(p) {
  const of = picks.get(p.station) ?? [];
  if (of.some((o) => o.id === p.id)) return;
  const oldest = p.time_ms - keepPicksMs;
  const kept = of.filter((o) => o.ms > oldest);
  kept.push({ id: p.id, phase: p.phase, ms: p.time_ms, excluded: p.trust.standing === 'excluded' });
  kept.sort((a, b) => a.ms - b.ms);
  picks.set(p.station, kept);
}

// loadDetail fetches all of an event's newest revision into centre.detail.
export async function loadDetail(id) {
  if (!id) {
    centre.detail = null;
    return;
  }
  try {
    const d = await get(`./events/${encodeURIComponent(id)}`);
    if (centre.shown?.id === id) {
      for (const a of d.origin.arrivals) addPick(a.pick);
      centre.detail = d;
    }
  } catch {
    // The stream told of the event a moment before the catalogue has it.
    setTimeout(() => centre.shown?.id === id && centre.detail?.id !== id && loadDetail(id), 1000);
  }
}
