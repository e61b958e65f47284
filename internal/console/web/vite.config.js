import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// The build must come out the same everywhere: names without hashes, one script
// and one style sheet, no source maps, nothing inlined that the content policy
// would refuse.
export default defineConfig({
  plugins: [svelte()],
  base: './',
  server: { proxy: proxied(['/events', '/events.geojson', '/stations.geojson', '/status.json', '/stream', '/traces']) },
  build: {
    outDir: '../assets',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rollupOptions: {
      output: {
        entryFileNames: 'app.js',
        chunkFileNames: '[name].js',
        assetFileNames: (a) => (a.names?.[0]?.endsWith('.css') ? 'app.css' : '[name][extname]'),
      },
    },
  },
});

// During `npm run dev` the feeds come from a server started beside it.
function proxied(paths) {
  const target = process.env.HOUFENG_FEED ? `http://${process.env.HOUFENG_FEED}` : 'http://127.0.0.1:8470';
  return Object.fromEntries(paths.map((p) => [p, { target, ws: p === '/traces' }]));
}
