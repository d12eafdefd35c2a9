// Headings without rows. A recipe's sections exist only on its rows, so the server can't store an
// empty heading; this device does, for the cook's next edit.
import { store } from '@/lib/store'
import { isSent, type Form, type Row } from './form'

interface Heading {
  list: 'ingredients' | 'steps'
  text: string
  /** How many lines of the list precede it. */
  after: number
}

const lists = ['ingredients', 'steps'] as const
const noteOf = (id: string) => `headings ${id}`

/** keepHeadings stores a saved form's headings without rows. */
export async function keepHeadings(id: string, form: Form) {
  const headings = lists.flatMap((list) => emptyHeadings(list, form[list]))
  if (headings.length === 0) await store.notes.delete(noteOf(id))
  else await store.notes.put({ name: noteOf(id), value: headings })
}

/** keptHeadings returns what keepHeadings stored. */
export async function keptHeadings(id: string): Promise<Heading[]> {
  return ((await store.notes.get(noteOf(id)))?.value as Heading[] | undefined) ?? []
}

export function emptyHeadings(list: Heading['list'], rows: Row[]): Heading[] {
  return rows.flatMap((row, index) => {
    if (row.kind !== 'section' || row.text.trim() === '') return []
    const next = rows.slice(index + 1).find((each) => each.kind === 'section' || isSent(each))
    if (next && next.kind === 'row') return []
    return [{ list, text: row.text.trim(), after: rows.slice(0, index).filter(isSent).length }]
  })
}

/**
 * withHeadings restores them. If the recipe was changed elsewhere and rows would end up under one
 * of them, it is omitted: the next save would move those rows.
 */
export function withHeadings(form: Form, headings: Heading[], heading: (text: string) => Row): Form {
  const next = { ...form }
  for (const { list, text, after } of headings) {
    const rows = next[list].filter((row) => row.kind === 'section' || isSent(row))
    let index = 0
    for (let sent = 0; index < rows.length && (sent < after || isEmptyHeading(rows, index)); index++) {
      if (rows[index]?.kind === 'row') sent += 1
    }
    if (rows[index]?.kind === 'row') continue
    next[list] = [...rows.slice(0, index), heading(text), ...rows.slice(index)]
  }
  return next
}

function isEmptyHeading(rows: Row[], index: number) {
  return rows[index]?.kind === 'section' && rows[index + 1]?.kind !== 'row'
}
