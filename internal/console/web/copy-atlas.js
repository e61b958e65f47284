// Puts the world map where the build finds it: land and country borders of
// Natural Earth at 1:50 million, without the names, which the page does not use.
import { readFile, writeFile } from 'node:fs/promises';

const world = JSON.parse(await readFile(new URL('./node_modules/world-atlas/countries-50m.json', import.meta.url)));
for (const g of world.objects.countries.geometries) delete g.properties;
await writeFile(new URL('./public/world-50m.json', import.meta.url), JSON.stringify(world) + '\n');
