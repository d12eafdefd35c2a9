// Files read from a different host than the app, as from a CDN.
import { expect, test } from '@playwright/test'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { binary, startLarder } from './server'

const photo = readFileSync(fileURLToPath(new URL('../public/icon-512.png', import.meta.url)))
const credentials = { username: 'ada', password: 'a little salt goes far' }

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}

// The app's policy allows pictures from the CDN's host, and from nowhere else.
test('pictures come from the CDN @once', async ({ page }) => {
  const port = await freePort()
  const cdn = `http://localhost:${String(port)}` // a different origin than 127.0.0.1
  const larder = await startLarder('--addr', `127.0.0.1:${String(port)}`, '--cdn-url', cdn)
  try {
    const env = { ...process.env, LARDER_DATA_DIR: larder.dataDir }
    execFileSync(binary, ['user', 'add', 'ada', '--password-stdin'], { input: credentials.password, env })
    await page.request.post(`${larder.url}/api/session`, { data: credentials })
    const created = await page.request.post(`${larder.url}/api/recipes`, { data: { name: 'Rösti' } })
    const { id } = (await created.json()) as { id: string }
    await page.request.post(`${larder.url}/api/recipes/${id}/files`, {
      multipart: { file: { name: 'rösti.png', mimeType: 'image/png', buffer: photo } },
    })
    const refused: string[] = []
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) refused.push(message.text())
    })
    await page.goto(`${larder.url}/recipes/${id}`)
    const picture = page.locator('article header img')
    await expect(picture).toHaveAttribute('src', new RegExp(`^${cdn}/files/`))
    await expect
      .poll(() => picture.evaluate((element) => (element as HTMLImageElement).naturalWidth))
      .toBeGreaterThan(0)
    expect(refused).toEqual([])
    await page.evaluate(() => {
      new Image().src = 'http://[::1]:9/elsewhere.png'
    })
    await expect.poll(() => refused.length).toBeGreaterThan(0)
  } finally {
    await larder.stop()
  }
})
