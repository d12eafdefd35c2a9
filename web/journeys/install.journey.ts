import { address, expect, test } from './kitchen'

interface Manifest {
  id: string
  description: string
  icons: Picture[]
  shortcuts?: { name: string; url: string; icons: Picture[] }[]
  screenshots?: (Picture & { form_factor: string; label: string })[]
}
interface Picture {
  src: string
  sizes: string
}

const pages = [
  { path: '/', id: '/', shortcuts: ['/recipes/new', '/grocery/'], forms: ['narrow', 'wide'] },
  { path: '/grocery/', id: '/grocery/', shortcuts: [], forms: [] },
]

for (const { path, id, shortcuts, forms } of pages) {
  // Nothing keeps a browser from installing the page, and everything in its manifest exists as
  // stated.
  test(`install ${path}`, { tag: '@once' }, async ({ kitchen: page }) => {
    await page.goto(address(path))
    await page.evaluate(() => navigator.serviceWorker.ready)
    const chrome = await page.context().newCDPSession(page)
    const read = await chrome.send('Page.getAppManifest')
    expect(read.errors).toEqual([])
    const { installabilityErrors } = await chrome.send('Page.getInstallabilityErrors')
    // Incognito windows can't install; that error only comes from this journey's browser.
    expect(installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito')).toEqual([])

    const manifest = JSON.parse(read.data ?? '') as Manifest
    expect(manifest.id).toBe(id)
    await expect(page.locator('meta[name=description]')).toHaveAttribute('content', manifest.description)
    const apple = await page.locator('link[rel=apple-touch-icon]').getAttribute('href')
    const { screenshots = [] } = manifest
    expect([...new Set(screenshots.map(({ form_factor }) => form_factor))]).toEqual(forms)
    expect((manifest.shortcuts ?? []).map(({ url }) => url)).toEqual(shortcuts)
    const pictures = [
      ...manifest.icons,
      ...screenshots,
      ...(manifest.shortcuts ?? []).flatMap(({ icons }) => icons),
    ]
    for (const { src, sizes } of [...pictures, { src: apple ?? '', sizes: 'any' }]) {
      const size = await page.evaluate(async (at) => {
        const picture = new Image()
        picture.src = at
        await picture.decode()
        return `${picture.naturalWidth}x${picture.naturalHeight}`
      }, new URL(src, read.url).href)
      if (sizes !== 'any') expect(size, src).toBe(sizes)
    }
    for (const url of shortcuts) expect((await page.request.get(address(url))).status(), url).toBe(200)
  })
}
