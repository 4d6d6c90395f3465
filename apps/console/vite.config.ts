import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig } from 'vite';
import { compressFiles } from './compress-files.ts';
import { preloadFont } from './preload-font.ts';

/** The bank that `npm run dev` shows; its console comes from here instead. */
const BANK = process.env['LASTRO_SERVER'] ?? 'http://127.0.0.1:7401';

/** Plain files in `dist`: everything from one host, nothing inline, so that the strictest policy holds. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), preloadFont(), compressFiles()],
  resolve: { conditions: ['@lastro/source', ...defaultClientConditions] },
  build: {
    // `light-dark()` and what came before it.
    target: ['chrome123', 'firefox120', 'safari17.5'],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { proxy: { '/v1': BANK, '/healthz': BANK } },
});
