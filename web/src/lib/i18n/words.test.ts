import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import ar from './ar.json'
import de from './de.json'
import en from './en.json'

type Words = { [key: string]: string | Words }

// The words of pages that bring their own; lib imports no page.
const wordsOf = (feature: string, language: string) =>
  JSON.parse(
    readFileSync(new URL(`../../features/${feature}/words/${language}.json`, import.meta.url), 'utf8'),
  ) as Words

const plural = /_(zero|one|two|few|many|other)$/

function textsOf(words: Words, before = ''): Map<string, string> {
  const texts = new Map<string, string>()
  for (const [key, value] of Object.entries(words)) {
    const path = before + key
    if (typeof value === 'string') texts.set(path, value)
    else textsOf(value, `${path}.`).forEach((text, each) => texts.set(each, text))
  }
  return texts
}

const counted = (texts: Map<string, string>) =>
  new Set([...texts.keys()].filter((key) => plural.test(key)).map((key) => key.replace(plural, '')))

const fields = (text: string) => [...text.matchAll(/{{(\w+)/g)].map((match) => match[1] ?? '').sort()

describe.each<readonly [string, Map<string, string>, Map<string, string>]>([
  ['de', textsOf(de), textsOf(en)],
  ['ar', textsOf(ar), textsOf(en)],
  ...['history', 'import', 'login'].flatMap((feature) =>
    ['de', 'ar'].map(
      (language) => [language, textsOf(wordsOf(feature, language)), textsOf(wordsOf(feature, 'en'))] as const,
    ),
  ),
])('the words in %s', (language, texts, english) => {
  // A key that is missing shows English in the middle of a page; one too many was forgotten.
  it('have the keys of the English ones, with the plurals of the language', () => {
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories
    const wanted = [...english.keys()].filter((key) => !plural.test(key))
    for (const key of counted(english)) wanted.push(...forms.map((form) => `${key}_${form}`))
    expect([...texts.keys()].sort()).toEqual(wanted.sort())
  })

  // A text without its name or number says nothing; a plural may say its number in words.
  it('name the fields of the English ones', () => {
    for (const [key, text] of texts) {
      const same = english.get(key) ?? english.get(key.replace(plural, '_other')) ?? ''
      const said = fields(text)
      if (plural.test(key)) expect(fields(same), key).toEqual(expect.arrayContaining(said))
      else expect(said, key).toEqual(fields(same))
    }
  })

  it('are translated', () => {
    const untranslated = [...texts].filter(([key, text]) => text === english.get(key)).map(([key]) => key)
    expect(untranslated.length, untranslated.join(', ')).toBeLessThan(texts.size / 20)
  })
})

describe('the page that stands there before the app', () => {
  const page = readFileSync(new URL('../../../index.html', import.meta.url), 'utf8')
  it.each([
    ['en', en],
    ['de', de],
    ['ar', ar],
  ])('has the search field of the app in %s', (language, words) => {
    expect(page).toContain(`<p lang="${language}">${words.search.placeholder}</p>`)
  })
})
