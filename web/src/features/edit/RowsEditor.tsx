import { useRef, type ClipboardEvent, type FocusEvent, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '@/components/Button'
import { Icon } from '@/components/Icon'
import { newRow, type Row } from './form'
import { burstOf, type Burst } from './history'
import { headingOf, isList, parseList, type Kind } from './pastedList'
import { RowField } from './RowField'
import styles from './RowsEditor.module.css'
import type { Trouble } from './trouble'
import type { Understood } from './understood'
import { useDrag } from './useDrag'

interface Props {
  kind: Kind
  label: string
  /** The name of one row, such as "Ingredient". */
  each: string
  placeholder: string
  rows: Row[]
  trouble: Trouble
  understood?: Understood
  onChange: (rows: Row[], burst?: Burst) => void
  /** Called with the row to focus once the change is on the page. */
  focusOn: (key: string, caret?: 'start') => void
}

/**
 * RowsEditor edits a list row by row: Enter adds the next row, a pasted list becomes rows, a handle
 * moves a row by dragging or with the arrow keys, and headings divide the list.
 */
export function RowsEditor(props: Props) {
  const { kind, label, each, placeholder, rows, trouble, understood, onChange, focusOn } = props
  const { t } = useTranslation()
  const list = useRef<HTMLUListElement>(null)
  const last = useRef<string | null>(null)

  function replace(index: number, count: number, added: Row[]) {
    const focused = added.at(-1)
    if (focused) focusOn(focused.key)
    onChange(rows.toSpliced(index, count, ...added))
  }

  function remove(index: number) {
    const next = rows.toSpliced(index, 1)
    if (next.length === 0) next.push(newRow())
    focusOn(next[Math.max(0, index - 1)]?.key ?? '')
    onChange(next)
  }

  function move(from: number, to: number, burst?: Burst) {
    const row = rows[from]
    if (!row || to < 0 || to >= rows.length || from === to) return
    onChange(rows.toSpliced(from, 1).toSpliced(to, 0, row), burst)
  }

  // The text after the caret moves to the next row. Enter after "For the crust" makes it a heading.
  function onEnter(field: HTMLInputElement | HTMLTextAreaElement, row: Row, index: number) {
    const start = field.selectionStart ?? row.text.length
    const before = row.text.slice(0, start)
    const after = row.text.slice(field.selectionEnd ?? start)
    const next = newRow(after.trimStart())
    focusOn(next.key, 'start')
    onChange(rows.toSpliced(index, 1, asHeading({ ...row, text: after === '' ? row.text : before }), next))
  }

  function onKeyDown(event: KeyboardEvent<HTMLInputElement | HTMLTextAreaElement>, index: number) {
    const row = rows[index]
    if (event.nativeEvent.isComposing || !row) return
    if (event.key === 'Enter' && !event.shiftKey && !event.ctrlKey && !event.metaKey) {
      event.preventDefault()
      onEnter(event.currentTarget, row, index)
    } else if (event.key === 'Backspace' && row.text === '' && rows.length > 1) {
      event.preventDefault()
      remove(index)
    }
  }

  function onPaste(event: ClipboardEvent<HTMLInputElement | HTMLTextAreaElement>, index: number) {
    const row = rows[index]
    const pasted = event.clipboardData.getData('text/plain')
    if (!row || !isList(pasted)) return // a single line is pasted at the caret
    event.preventDefault()
    const { selectionStart, selectionEnd } = event.currentTarget
    const kept = row.text.slice(0, selectionStart ?? 0) + row.text.slice(selectionEnd ?? 0)
    const added = parseList(pasted, kind)
    replace(index, 1, kept.trim() === '' ? added : [{ ...row, text: kept }, ...added])
  }

  function toggle(index: number) {
    const row = rows[index]
    if (!row) return
    const next = row.kind === 'row' ? 'section' : 'row'
    const text = next === 'section' ? row.text.replace(/\s+/gu, ' ').replace(/\s*[:：]\s*$/u, '') : row.text
    focusOn(row.key)
    onChange(rows.toSpliced(index, 1, { ...row, kind: next, text, decided: true }))
  }

  // Remember the row while one of these buttons is pressed.
  function onLeave(event: FocusEvent, index: number) {
    const to = event.relatedTarget
    if (to && !list.current?.parentElement?.contains(to)) last.current = null
    const row = rows[index]
    const heading = row && asHeading(row)
    if (heading && heading !== row) onChange(rows.toSpliced(index, 1, heading))
  }

  const drag = useDrag(list, (from, to, of) => move(from, to, { of: `drag ${of}`, within: Infinity }))
  const numbers = numbersOf(rows)
  const addedAfter = () => rows.findIndex((row) => row.key === last.current) + 1 || rows.length
  return (
    <fieldset className={styles.rows}>
      <legend className={styles.legend}>{label}</legend>
      <ul ref={list}>
        {rows.map((row, index) => (
          <RowField
            key={row.key}
            row={row}
            name={row.kind === 'section' ? t('edit.section') : `${each} ${numbers[index]}`}
            placeholder={row.kind === 'section' ? t('edit.sectionHint') : placeholder}
            long={kind === 'steps' && row.kind === 'row'}
            trouble={trouble.get(row.key)}
            understood={row.kind === 'row' ? understood?.(row) : undefined}
            onFocus={() => (last.current = row.key)}
            onType={(text, event) =>
              onChange(rows.toSpliced(index, 1, { ...row, text }), burstOf(row.key, event))
            }
            onLeave={(event) => onLeave(event, index)}
            onKeyDown={(event) => onKeyDown(event, index)}
            onPaste={(event) => onPaste(event, index)}
            onGrab={(event) => drag(event, index)}
            onStep={(step) => {
              focusOn(`${row.key}-handle`)
              move(index, index + step)
            }}
            onToggle={() => toggle(index)}
            onRemove={() => remove(index)}
          />
        ))}
      </ul>
      <div className={styles.add}>
        <Button look="quiet" onClick={() => replace(rows.length, 0, [newRow()])}>
          <Icon name="plus" size={18} />
          {each}
        </Button>
        <Button look="quiet" onClick={() => replace(addedAfter(), 0, [newRow('', 'section')])}>
          <Icon name="plus" size={18} />
          {t('edit.section')}
        </Button>
      </div>
    </fieldset>
  )
}

// Respect a cook's decision that a line isn't a heading.
function asHeading(row: Row): Row {
  const heading = row.kind === 'row' && !row.decided ? headingOf(row.text) : undefined
  if (heading === undefined || row.parsed?.text === row.text) return row
  return { ...row, kind: 'section', text: heading }
}

// Headings don't count.
function numbersOf(rows: Row[]): number[] {
  const numbers: number[] = []
  for (const row of rows) numbers.push((numbers.at(-1) ?? 0) + (row.kind === 'row' ? 1 : 0))
  return numbers
}
