import type { Page } from '@playwright/test'
import { address, expect, test, type Cook } from './kitchen'

// What each file would do as part of a page: tell the page or its worker that it ran.
const told =
  "if (self.document) parent.postMessage('ran', '*'); else if (self.postMessage) self.postMessage('ran')"
const contents: Record<string, string | Uint8Array> = {
  'node.js': `#!/usr/bin/env node\n${told}`,
  'plain.js': told,
  'module.mjs': `${told}\nexport default 1`,
  'worker.jpg': `#!/usr/bin/env node\n${told}`,
  'data.json': '{"ran": true}',
  'style.css': 'body { --ran: 1 }',
  'page.html': `<!DOCTYPE html><title>ran</title><script>${told}</script>`,
  'page.xhtml': `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><script>${told}</script></html>`,
  'drawing.svg': `<svg xmlns="http://www.w3.org/2000/svg"><script>${told}</script></svg>`,
  'code.wasm': Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0),
}

// uses are the ways in which a page can run a file or be styled by it. Each reports whether it was.
const uses = {
  script: (url: string) => element('script', 'src', url),
  module: (url: string) => element('script', 'src', url, { type: 'module' }),
  import: (url: string) => import(url).then(() => 'ran', refused),
  json: (url: string) => imported(url, 'json'),
  'css module': (url: string) => imported(url, 'css'),
  style: (url: string) => element('link', 'href', url, { rel: 'stylesheet' }),
  manifest: async (url: string) =>
    (await fetch(url)).headers.get('Content-Type')?.includes('json') ? 'ran' : 'refused',
  worker: (url: string) => work(new Worker(url)),
  'module worker': (url: string) => work(new Worker(url, { type: 'module' })),
  importScripts: (url: string) => {
    const text = `try { importScripts(${JSON.stringify(url)}); postMessage('ran') } catch { postMessage('refused') }`
    return work(new Worker(URL.createObjectURL(new Blob([text], { type: 'text/javascript' }))))
  },
  'shared worker': (url: string) =>
    new Promise<string>((resolve) => {
      const worker = new SharedWorker(url)
      worker.onerror = () => resolve('refused')
      worker.port.onmessage = () => resolve('ran')
      worker.port.start()
    }),
  'service worker': (url: string) => navigator.serviceWorker.register(url).then(() => 'ran', refused),
  worklet: (url: string) =>
    new OfflineAudioContext(1, 1, 44100).audioWorklet.addModule(url).then(() => 'ran', refused),
  wasm: (url: string) => WebAssembly.instantiateStreaming(fetch(url)).then(() => 'ran', refused),
}
const frames = {
  iframe: (url: string) => element('iframe', 'src', url),
  object: (url: string) => element('object', 'data', url),
  embed: (url: string) => element('embed', 'src', url),
}

// Helpers of the uses, defined in the page.
declare function element(kind: string, attribute: string, url: string, more?: object): Promise<string>
declare function imported(url: string, type: string): Promise<string>
declare function work(worker: Worker): Promise<string>
declare function refused(): string

function ground() {
  let ran = false
  addEventListener('message', (event) => (ran ||= event.data === 'ran'))
  const turn = () => new Promise((resolve) => setTimeout(resolve)) // after a message in flight
  Object.assign(globalThis, {
    refused: () => 'refused',
    // Chromium usually reports a failed shared worker or embed, but not always.
    silence: () => new Promise((resolve) => setTimeout(() => resolve('refused'), 2000)),
    imported: (url: string, type: string) =>
      import(url, { with: { type } }).then(
        () => 'ran',
        () => 'refused',
      ),
    work: (worker: Worker) =>
      new Promise((resolve) => {
        worker.onmessage = (event) => resolve(event.data)
        worker.onerror = () => resolve('refused')
      }),
    element: async (kind: string, attribute: string, url: string, more = {}) => {
      ran = false
      const made = Object.assign(document.createElement(kind), more)
      made.setAttribute(attribute, url)
      const event = await new Promise<Event>((resolve) => {
        made.onload = made.onerror = (event) => resolve(event as Event)
        document.body.append(made)
      })
      await turn()
      made.remove()
      return ran || (kind === 'link' && event.type === 'load') ? 'ran' : 'refused'
    },
  })
}

/**
 * bare opens a page on this origin without a policy of its own, so that any refusal comes from the
 * file's response.
 */
async function bare(page: Page) {
  await page.route('**/bare', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!DOCTYPE html><title>bare</title><body></body>' }),
  )
  await page.goto(address('/bare'))
  await page.evaluate(ground)
}

async function attach(cook: Cook): Promise<Record<string, string>> {
  const { items } = (await (await cook.api('/api/recipes?limit=1')).json()) as { items: { id: string }[] }
  const addresses: Record<string, string> = {}
  for (const [name, content] of Object.entries(contents)) {
    const form = new FormData()
    form.append('file', new Blob([content as BlobPart]), name)
    const answer = await cook.api(`/api/recipes/${items[0]?.id}/files`, { method: 'POST', body: form })
    expect(answer.status, name).toBe(201)
    addresses[name] = address(((await answer.json()) as { url: string }).url)
  }
  return addresses
}

async function tried(
  page: Page,
  ways: Record<string, (url: string) => unknown>,
  addresses: Record<string, string>,
) {
  const ran: string[] = []
  for (const [way, use] of Object.entries(ways))
    for (const [name, url] of Object.entries(addresses)) {
      const outcome = await page
        .evaluate(`Promise.race([(${use.toString()})(${JSON.stringify(url)}), silence()])`)
        .catch(() => 'refused')
      if (outcome !== 'refused') ran.push(`${name} as ${way}: ${String(outcome)}`)
    }
  return ran
}

// An attached file never becomes part of our pages, whatever its content and however a page tries
// to use it.
test('what was uploaded never runs @once', async ({ page, cook }) => {
  const addresses = await attach(cook)
  await bare(page)
  expect(await tried(page, { ...uses, ...frames }, addresses)).toEqual([])

  // As a control, the same uses run the same contents when served with matching types.
  const types: Record<string, string> = {
    js: 'text/javascript',
    json: 'application/json',
    css: 'text/css',
    html: 'text/html',
    wasm: 'application/wasm',
  }
  await page.route('**/control/*', (route) => {
    const name = new URL(route.request().url()).pathname.slice('/control/'.length)
    const body = contents[name] ?? ''
    return route.fulfill({
      contentType: types[name.split('.').pop() ?? ''] ?? '',
      body: typeof body === 'string' ? body : Buffer.from(body),
    })
  })
  for (const [name, ways] of Object.entries({
    'plain.js': ['script', 'module', 'import', 'worker', 'module worker', 'importScripts'],
    'data.json': ['json', 'manifest'],
    'style.css': ['style'],
    'page.html': ['iframe', 'object', 'embed'],
    'code.wasm': ['wasm'],
  })) {
    const all: Record<string, (url: string) => unknown> = { ...uses, ...frames }
    const asked = Object.fromEntries(ways.map((way) => [way, all[way] as (url: string) => unknown]))
    expect(await tried(page, asked, { [name]: address(`/control/${name}`) })).toHaveLength(ways.length)
  }
})

// A browser that doesn't send the intended use doesn't run files either: their types and other
// headers prevent it.
test('what was uploaded never runs in an older browser @once', async ({ page, cook }) => {
  const addresses = await attach(cook)
  await page.route('**/files/**', async (route) => {
    const headers = Object.fromEntries(
      Object.entries(route.request().headers()).filter(([name]) => !name.startsWith('sec-')),
    )
    const response = await route.fetch({ headers })
    expect(response.status()).toBe(200)
    await route.fulfill({ response })
  })
  await bare(page)
  // A test can't intercept the requests of shared workers and service workers.
  const seen = Object.fromEntries(
    Object.entries(uses).filter(([way]) => !/(shared|service) worker/.test(way)),
  )
  expect(await tried(page, seen, addresses)).toEqual([])
})
