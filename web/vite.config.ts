import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [react()],
  build: {
    target: 'es2022',
    // The content security policy has no room for scripts in data: addresses, and fewer forms are easier to audit.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
  },
  server: {
    proxy: {
      '/api': { target: 'https://localhost:8443', secure: false, ws: true },
    },
  },
  test: { environment: 'node', include: ['src/**/*.test.ts', 'sdk/src/**/*.test.ts'] },
});
