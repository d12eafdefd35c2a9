import { describe, expect, it } from 'vitest'
import { bookmarkFor, materialOf, pageIn, sharedText } from './material'

describe('what is pasted', () => {
  it.each([
    [' https://example.org/soup?a=1 ', { url: 'https://example.org/soup?a=1' }],
    ['Soup\n\n1 leek', { text: 'Soup\n\n1 leek' }],
    ['See https://example.org/soup for it', { text: 'See https://example.org/soup for it' }],
    ['<!DOCTYPE html><p>', { html: '<!DOCTYPE html><p>' }],
    ['  ', undefined],
  ])('%j', (pasted, material) => expect(materialOf(pasted)).toEqual(material))
})

describe('what is shared', () => {
  it.each([
    [{ url: 'https://a.example/' }, 'https://a.example/'],
    [{ title: 'Soup', text: 'Soup https://a.example/x via App' }, 'https://a.example/x'],
    [{ title: 'Soup', text: '1 leek\nCook it.' }, 'Soup\n1 leek\nCook it.'],
    [
      { text: '1 leek\n2 eggs\n3 pears\nMix.\nhttps://a.example' },
      '1 leek\n2 eggs\n3 pears\nMix.\nhttps://a.example',
    ],
  ])('%j', (shared, text) => expect(sharedText(shared)).toBe(text))
})

it('reads the page that the bookmark sent, and no other', async () => {
  const packed = await new Response(
    new Blob(['<p>Grüße</p>']).stream().pipeThrough(new CompressionStream('gzip')),
  ).arrayBuffer()
  const text = btoa(String.fromCharCode(...new Uint8Array(packed)))
  const hash = `#page=${text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`
  expect(await pageIn(hash)).toBe('<p>Grüße</p>')
  expect(await pageIn('#content')).toBeUndefined()
  await expect(pageIn('#page=AAAA')).rejects.toThrow()
})

it('makes a bookmark for this larder', () => {
  expect(bookmarkFor('https://larder.example')).toContain(
    encodeURIComponent('https://larder.example/import?url='),
  )
})
