// Builds dist/docs, the page at /api/docs: Redoc, which reads the API document beside it. It isn't
// part of the app, and the service worker doesn't cache it.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'

const url = (relative) => new URL(relative, import.meta.url)

mkdirSync(url('../dist/docs/'), { recursive: true })
cpSync(url('../docs/index.html'), url('../dist/docs/index.html'))

// Redoc loads a picture from its vendor's server, but opening our page must not be disclosed to
// anyone.
const script = readFileSync(url('../node_modules/redoc/bundles/redoc.standalone.js'), 'utf8')
const ours = script.replaceAll('https://cdn.redoc.ly/redoc/logo-mini.svg', '/icon.svg')
if (ours === script) throw new Error('Redoc has its picture elsewhere by now: see build/docs.js')
writeFileSync(url('../dist/docs/redoc.js'), ours.replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n'))
