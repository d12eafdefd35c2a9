import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'
import { VitePWA } from 'vite-plugin-pwa'
import type { Plugin, Rolldown } from 'vite'

// The page preloads the app's files, though it starts the app later (src/app/start.ts). The style
// sheets are at its end: the shell above them is painted without them (public/shell.css).
const filesOfTheApp: Plugin = {
  name: 'files-of-the-app',
  transformIndexHtml: {
    order: 'post',
    handler(html, { bundle }) {
      // The development server injects scripts that the policy refuses.
      if (!bundle) return html.replace(/<meta\s+http-equiv="Content-Security-Policy"[^>]*>/, '')
      const { scripts, styles } = filesBehind(bundle, '/src/app/start.ts')
      const preloads = scripts.map(
        (file) => `    <link rel="modulepreload" crossorigin fetchpriority="low" href="/${file}" />\n`,
      )
      const sheets = styles.map((file) => `    <link rel="stylesheet" crossorigin href="/${file}" />\n`)
      return html
        .replace(/ *<\/head>/, `${preloads.join('')}  </head>`)
        .replace(/ *<\/body>/, `${sheets.join('')}  </body>`)
    },
  },
}

// filesBehind returns the files of modules that a module imports dynamically: their scripts with
// static imports, and the styles.
function filesBehind(bundle: Rolldown.OutputBundle, module: string) {
  const chunks = Object.values(bundle).filter((each) => each.type === 'chunk')
  const named = (name: string) => chunks.find((each) => each.fileName === name)
  const scripts = new Set<string>()
  const styles = new Set<string>()
  const add = (chunk?: Rolldown.OutputChunk) => {
    if (!chunk || scripts.has(chunk.fileName)) return
    scripts.add(chunk.fileName)
    for (const name of chunk.imports) add(named(name))
    for (const file of chunk.viteMetadata?.importedCss ?? []) styles.add(file)
  }
  const begins = chunks.find(
    (chunk) => chunk.facadeModuleId?.endsWith(module) || chunk.moduleIds.some((id) => id.endsWith(module)),
  )
  for (const name of begins?.dynamicImports ?? []) add(named(name))
  for (const name of begins?.imports ?? []) scripts.delete(name) // preloaded with the module itself
  return { scripts: [...scripts], styles: [...styles] }
}

// What a phone shows before installing the app: pictures from docs/screens, copied by
// build/screenshots.js.
function screenshot(name: string, sizes: string, form_factor: 'narrow' | 'wide', label: string) {
  return { src: `/screens/${name}-light.jpg`, sizes, type: 'image/jpeg', form_factor, label }
}

export default defineConfig({
  resolve: { alias: { '@': new URL('./src', import.meta.url).pathname } },
  plugins: [
    react(),
    filesOfTheApp,
    VitePWA({
      strategies: 'injectManifest',
      srcDir: 'src/app',
      filename: 'sw.ts',
      registerType: 'prompt', // a cook in the middle of a recipe decides when to switch to a new version
      injectRegister: false,
      injectManifest: {
        globPatterns: ['**/*.{html,css,js,svg,png,woff2}'],
        globIgnores: ['**/*-vietnamese-*'], // cached once a page has requested it
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
        // An app that shares a page gives its address as the text or as the url.
        share_target: {
          action: '/import',
          method: 'GET',
          enctype: 'application/x-www-form-urlencoded', // or browsers complain that it is missing
          params: { title: 'title', text: 'text', url: 'url' },
        },
        shortcuts: [
          { name: 'Add recipe', url: '/recipes/new', icons: [{ src: '/icon-192.png', sizes: '192x192' }] },
          {
            name: 'Grocery list',
            url: '/grocery/',
            icons: [{ src: '/grocery/icon-192.png', sizes: '192x192' }],
          },
        ],
        screenshots: [
          screenshot('list-phone', '390x844', 'narrow', 'Your recipes'),
          screenshot('recipe-phone', '390x844', 'narrow', 'A recipe'),
          screenshot('cook-phone', '390x844', 'narrow', 'Cooking, step by step'),
          screenshot('list-desk', '1440x900', 'wide', 'Your recipes'),
          screenshot('recipe-desk', '1440x900', 'wide', 'A recipe'),
        ],
        icons: [
          { src: '/icon-192.png', sizes: '192x192', type: 'image/png' },
          { src: '/icon-512.png', sizes: '512x512', type: 'image/png' },
          { src: '/icon-maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
        ],
      },
    }),
  ],
  build: {
    outDir: 'dist/app',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0, // our Content-Security-Policy refuses data: addresses
    manifest: 'chunks.json', // read by the budget
    rolldownOptions: {
      output: {
        codeSplitting: {
          // Each request costs a phone as much as 30 KB of content, so put what the first page
          // needs into few files.
          groups: [
            { name: 'react', test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/ },
            {
              name: 'libraries',
              test: /node_modules[\\/](react-i18next|i18next|dexie|openapi-fetch|@tanstack)[\\/]/,
            },
            { name: 'import', test: /vite[\\/]preload-helper|i18n[\\/]wanted/, priority: 1 },
            // Except what only some pages need: amounts and foods, with their words; versions.
            {
              name: 'shared',
              test: /src[\\/](app[\\/]Header|(components|lib)[\\/])(?!resumableUpload|imports|foods|narrowed|parts\.|versions|cooking|sections|fileSize|i18n[\\/](de|ar)|amount|reading|units|unsentRow|IngredientLine|ServingsStepper|FileChooser|WaitingFileRow|useAddFiles|TextArea|SafeLink)/,
            },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
  test: { include: ['src/**/*.test.{ts,tsx}'] },
})
