import { describe, expect, it } from 'vitest'
import { addressesIn } from './addresses'

const links = (text: string) => addressesIn(text).flatMap(({ href }) => href ?? [])

describe('addressesIn', () => {
  it.each([
    ['https://example.org/pie', ['https://example.org/pie']],
    ['HTTP://Example.org', ['http://example.org/']],
    ['www.example.org', ['https://www.example.org/']],
    ['example.org/pie?for=4', ['https://example.org/pie?for=4']],
    ['Grandmother, by way of https://example.org/pie.', ['https://example.org/pie']],
    ['(see https://example.org/pie_(sweet))', ['https://example.org/pie_(sweet)']],
    ['https://a.example/1 and https://b.example/2', ['https://a.example/1', 'https://b.example/2']],
    ['وصفة من https://example.org/كعك', ['https://example.org/%D9%83%D8%B9%D9%83']],
  ])('%s has %j', (text, found) => expect(links(text)).toEqual(found))

  it.each([
    'my grandmother',
    'Dr. Oetker, page 12/13',
    'javascript:alert(1)',
    'JavaScript:alert(1)//https:',
    'data:text/html,hello',
    'mailto:ada@example.org',
    'ada@example.org/x',
    'file:///etc/passwd',
    'https://',
    '1.5/2',
    '',
  ])('%s has none', (text) => expect(links(text)).toEqual([]))

  it('loses no letter of the text', () => {
    const text = 'From “https://example.org/a”, then www.example.org/b; page 3.'
    expect(
      addressesIn(text)
        .map((piece) => piece.text)
        .join(''),
    ).toBe(text)
  })
})
