// Copies the manifest's pictures beside the app.
import { cpSync, readFileSync } from 'node:fs'

const url = (relative) => new URL(relative, import.meta.url)

const { screenshots } = JSON.parse(readFileSync(url('../dist/app/manifest.webmanifest'), 'utf8'))
for (const { src } of screenshots) {
  cpSync(url(`../../docs${src}`), url(`../dist/app${src}`))
}
