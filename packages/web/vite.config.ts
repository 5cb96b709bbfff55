import { defineConfig } from 'vite'

// biome-ignore lint/style/noDefaultExport: vite reads its configuration from the default export
export default defineConfig({
  base: './',
  publicDir: false,
  resolve: { conditions: ['source', 'browser', 'module'] },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: 'dist/pages',
    emptyOutDir: true,
    target: 'es2022',
    // Each would be a script or a style inside the page, which its own policy forbids.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
})
