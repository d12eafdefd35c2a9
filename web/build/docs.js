// Makes dist/docs, the page at /api/docs: Redoc, which reads the document of the API beside it. It is no part of the
// app, whose service worker keeps nothing of it.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'

const url = (relative) => new URL(relative, import.meta.url)

mkdirSync(url('../dist/docs/'), { recursive: true })
cpSync(url('../docs/index.html'), url('../dist/docs/index.html'))

// It asks its maker's server for a picture, and an address of ours must tell nobody that it was opened.
const script = readFileSync(url('../node_modules/redoc/bundles/redoc.standalone.js'), 'utf8')
const ours = script.replaceAll('https://cdn.redoc.ly/redoc/logo-mini.svg', '/icon.svg')
if (ours === script) throw new Error('Redoc has its picture elsewhere by now: see build/docs.js')
writeFileSync(url('../dist/docs/redoc.js'), ours.replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n'))
