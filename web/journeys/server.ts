// One `larder up` in a separate folder for all journeys: the built binary, with the app in it.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export const binary = process.env['LARDER_BIN'] ?? fileURLToPath(new URL('../../bin/larder', import.meta.url))

export interface Larder {
  url: string
  dataDir: string
  stop: () => Promise<void>
}

/** startLarder starts one in a separate folder, which is deleted with it. */
export async function startLarder(...flags: string[]): Promise<Larder> {
  const folder = mkdtempSync(join(tmpdir(), 'larder-web-'))
  const dataDir = join(folder, 'data')
  const env = { ...process.env, LARDER_DATA_DIR: dataDir }
  const server = spawn(binary, ['up', ...flags], { env, stdio: ['ignore', 'pipe', 'pipe'] })
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
  const stop = async () => {
    server.kill('SIGTERM')
    await exited
    rmSync(folder, { recursive: true, force: true })
  }
  return { url: await ready, dataDir, stop }
}

export default async function start() {
  const larder = await startLarder('--addr', '127.0.0.1:0')
  process.env['LARDER_DATA_DIR'] = larder.dataDir
  process.env['LARDER_URL'] = larder.url
  return larder.stop
}
