import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'
import { VitePWA } from 'vite-plugin-pwa'
import type { Plugin } from 'vite'

// The app's style sheets stand at the end of the page: what the shell before them shows is painted without them
// (public/shell.css), and the app, a module, starts when they are here.
const stylesBehindTheShell: Plugin = {
  name: 'styles-behind-the-shell',
  transformIndexHtml: {
    order: 'post',
    handler(html) {
      const links = html.match(/ *<link rel="stylesheet" crossorigin[^>]*>\n?/g) ?? []
      const rest = links.reduce((page, link) => page.replace(link, ''), html)
      return rest.replace(/ *<\/body>/, `${links.join('')}  </body>`)
    },
  },
}

export default defineConfig({
  resolve: { alias: { '@': new URL('./src', import.meta.url).pathname } },
  plugins: [
    react(),
    stylesBehindTheShell,
    VitePWA({
      strategies: 'injectManifest',
      srcDir: 'src/app',
      filename: 'sw.ts',
      registerType: 'prompt', // a cook in the middle of a recipe decides when the page is exchanged
      injectRegister: false,
      injectManifest: {
        globPatterns: ['**/*.{html,css,js,svg,png,woff2}'],
        globIgnores: ['**/*-vietnamese-*'], // kept once a page has asked for it
      },
      manifest: {
        id: '/',
        name: 'Larder',
        short_name: 'Larder',
        description: 'Your recipes, in the kitchen and at the desk.',
        start_url: '/',
        display: 'standalone',
        background_color: '#faf6ef',
        theme_color: '#faf6ef',
        categories: ['food', 'lifestyle'],
        icons: [
          { src: '/icon-192.png', sizes: '192x192', type: 'image/png' },
          { src: '/icon-512.png', sizes: '512x512', type: 'image/png' },
          { src: '/icon-maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
        ],
      },
    }),
  ],
  build: {
    outDir: 'dist/app', // dist itself has the page that a binary shows which was built without the app
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0, // data: addresses are refused by our Content-Security-Policy
    manifest: 'chunks.json', // what the budget is counted by
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
  test: { include: ['src/**/*.test.{ts,tsx}'] },
})
