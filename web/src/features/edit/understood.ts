// The edited lines as the server parses them. One request covers all lines after a pause in typing;
// offline, the lines are shown as typed.
import { useEffect, useState } from 'react'
import { scaleLine, type Row as IngredientRow, type Segment } from '@/lib/amount'
import { answered, commands } from '@/lib/api'
import { useLocale } from '@/lib/i18n'
import { useOnline } from '@/lib/network'
import { isSent, type Row } from './form'

/**
 * Understood returns a row's segments; undefined if it has no parsed amount, or isn't parsed yet.
 */
export type Understood = (row: Row) => Segment[] | undefined

/** How long a pause in typing is. */
const pause = 300
/** The server's limits. */
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
        () => undefined, // this only assists typing; errors are reported when saving
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
