// Reads deploy/free/netlify.toml by Netlify's own code, and looks at what it understood.
import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { resolveConfig } from '@netlify/config'

const root = fileURLToPath(new URL('../..', import.meta.url))
const { config } = await resolveConfig({
  config: `${root}deploy/free/netlify.toml`, cwd: root, offline: true, context: 'production', branch: 'master', mode: 'require',
})
assert.equal(config.build.command, 'make web-build')
assert.ok(config.build.publish.endsWith('/web/dist/app'), config.build.publish)
const ways = config.redirects.map(({ from, path, status, force }) => `${from ?? path} ${status} ${force}`)
const pages = ['/login', '/recipes/:id', '/recipes/:id/cook', '/recipes/:id/edit']
assert.deepEqual(ways, ['/api/* 200 true', '/files/* 200 true', '/grocery/* 200 true', ...pages.map((page) => `${page} 200 false`)])
const headers = Object.fromEntries(config.headers.map((h) => [h.for, h.values]))
assert.equal(headers['/*']['X-Content-Type-Options'], 'nosniff')
assert.equal(headers['/*']['Cross-Origin-Opener-Policy'], 'same-origin')
assert.match(headers['/*']['Permissions-Policy'], /camera=\(self\)/)
assert.match(headers['/assets/*']['Cache-Control'], /immutable/)
console.log('netlify.toml: ok')
