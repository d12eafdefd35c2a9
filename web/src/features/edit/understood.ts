// What the server understands of the lines that are being written. It is asked after a pause, for all of them at
// once; without a network the lines are simply as they were typed.
import { useEffect, useState } from 'react'
import { scaleLine, type Row as IngredientRow, type Segment } from '@/lib/amount'
import { answered, commands } from '@/lib/api'
import { useLocale } from '@/lib/i18n'
import { useOnline } from '@/lib/network'
import { isSent, type Row } from './form'

/** Understood gives a row in pieces; undefined where no amount is understood, or nothing is known of it yet. */
export type Understood = (row: Row) => Segment[] | undefined

/** No letter comes for so long. */
const pause = 300
/** What the server takes. */
const linesAtOnce = 200
const longestLine = 500

export function useUnderstood(rows: Row[]): Understood {
  const online = useOnline()
  const locale = useLocale()
  const [known, setKnown] = useState<ReadonlyMap<string, IngredientRow>>(new Map())
  const asked = rows
    .filter((row) => isSent(row) && row.parsed?.text !== row.text && !known.has(row.text))
    .map((row) => row.text)
    .filter((text) => text.length <= longestLine)
    .slice(0, linesAtOnce)
  const lines = JSON.stringify(asked)
  useEffect(() => {
    if (!online || lines === '[]') return
    const over = new AbortController()
    const timer = setTimeout(() => {
      const body = { lines: JSON.parse(lines) as string[] }
      answered(commands.POST('/api/ingredients/parse', { body, signal: over.signal })).then(
        ({ data }) =>
          setKnown(
            (before) => new Map([...before, ...data.ingredients.map((each) => [each.text, each] as const)]),
          ),
        () => undefined, // it is a help while writing; what is wrong is said when the recipe is saved
      )
    }, pause)
    return () => {
      clearTimeout(timer)
      over.abort()
    }
  }, [lines, online])
  return (row) => {
    const parts = row.parsed?.text === row.text ? row.parsed : known.get(row.text)
    return parts && segmentsOf(parts, locale)
  }
}

// As the recipe's page will show it.
function segmentsOf(parts: IngredientRow, locale: string): Segment[] | undefined {
  const segments = scaleLine(parts, 1, locale)
  return segments.some((segment) => segment.amount) ? segments : undefined
}
