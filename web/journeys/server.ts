// One `larder up` in a folder of its own for all journeys: the built binary, with the app in it.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export const binary = process.env['LARDER_BIN'] ?? fileURLToPath(new URL('../../bin/larder', import.meta.url))

export default async function start() {
  const folder = mkdtempSync(join(tmpdir(), 'larder-web-'))
  const env = { ...process.env, LARDER_DATA_DIR: join(folder, 'data') }
  const server = spawn(binary, ['up', '--addr', '127.0.0.1:0'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const exited = new Promise<void>((resolve) => server.once('exit', () => resolve()))
  const said: string[] = []
  const ready = new Promise<string>((resolve, reject) => {
    for (const stream of [server.stdout, server.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        said.push(line)
        const address = /larder is ready at (http:\/\/\S+)/.exec(line)?.[1]
        if (address) resolve(address)
      })
    }
    void exited.then(() => reject(new Error(`larder up ended:\n${said.join('\n')}`)))
  })
  process.env['LARDER_DATA_DIR'] = env.LARDER_DATA_DIR
  process.env['LARDER_URL'] = await ready
  return async () => {
    server.kill('SIGTERM')
    await exited
    rmSync(folder, { recursive: true, force: true })
  }
}
