import { useLayoutEffect, useRef, type ClipboardEvent, type KeyboardEvent, type PointerEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '@/components/Button'
import { Icon } from '@/components/Icon'
import { newRow, parseList, type Row } from './form'
import styles from './RowsEditor.module.css'

interface Props {
  label: string
  /** What one row is called, as "Ingredient". */
  each: string
  placeholder: string
  rows: Row[]
  /** Steps are long, and have a number. */
  long?: boolean
  onChange: (rows: Row[]) => void
}

/**
 * RowsEditor writes a list row by row: Enter adds the next, a pasted list becomes rows, a handle moves a row by
 * dragging or with the arrow keys, and sections part the list.
 */
export function RowsEditor({ label, each, placeholder, rows, long = false, onChange }: Props) {
  const { t } = useTranslation()
  const list = useRef<HTMLUListElement>(null)
  const focusKey = useRef<string | null>(null)
  useLayoutEffect(() => {
    if (focusKey.current === null) return
    list.current?.querySelector<HTMLElement>(`[data-focus="${focusKey.current}"]`)?.focus()
    focusKey.current = null
  })

  const set = (index: number, text: string) =>
    onChange(rows.map((row, i) => (i === index ? { ...row, text } : row)))

  function insert(index: number, added: Row[]) {
    focusKey.current = added.at(-1)?.key ?? null
    onChange([...rows.slice(0, index), ...added, ...rows.slice(index)])
  }

  function remove(index: number) {
    const next = rows.filter((_, i) => i !== index)
    focusKey.current = next[Math.max(0, index - 1)]?.key ?? null
    onChange(next.length > 0 ? next : [newRow()])
  }

  function move(from: number, to: number, focus: string | null = null) {
    const row = rows[from]
    if (!row || to < 0 || to >= rows.length || from === to) return
    const next = rows.filter((_, i) => i !== from)
    next.splice(to, 0, row)
    focusKey.current = focus
    onChange(next)
  }

  function onKeyDown(event: KeyboardEvent, index: number) {
    const row = rows[index]
    if (event.nativeEvent.isComposing || !row) return
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault()
      insert(index + 1, [newRow()])
    } else if (event.key === 'Backspace' && row.text === '' && rows.length > 1) {
      event.preventDefault()
      remove(index)
    }
  }

  function onPaste(event: ClipboardEvent, index: number) {
    const pasted = event.clipboardData.getData('text/plain')
    if (!/\n/.test(pasted.trim())) return // one line goes where the caret is
    event.preventDefault()
    const added = parseList(pasted)
    const replaces = rows[index]?.text.trim() === ''
    focusKey.current = added.at(-1)?.key ?? null
    onChange([...rows.slice(0, replaces ? index : index + 1), ...added, ...rows.slice(index + 1)])
  }

  const drag = useDrag(list, move)
  const numbers = numbersOf(rows)
  return (
    <fieldset className={styles.rows}>
      <legend className={styles.legend}>{label}</legend>
      <ul ref={list}>
        {rows.map((row, index) => {
          const name = row.kind === 'section' ? t('edit.section') : `${each} ${numbers[index]}`
          const field = {
            'data-focus': row.key,
            'aria-label': name,
            dir: 'auto',
            value: row.text,
            onKeyDown: (event: KeyboardEvent) => onKeyDown(event, index),
            onPaste: (event: ClipboardEvent) => onPaste(event, index),
          }
          return (
            <li
              key={row.key}
              className={row.kind === 'section' ? `${styles.row} ${styles.section}` : styles.row}
            >
              <button
                type="button"
                className={styles.handle}
                data-focus={`${row.key}-handle`}
                aria-label={t('edit.move', { what: row.text || name })}
                onPointerDown={(event) => drag(event, index)}
                onKeyDown={(event) => {
                  const step = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0
                  if (step === 0) return
                  event.preventDefault()
                  move(index, index + step, `${row.key}-handle`)
                }}
              >
                <Icon name="drag" />
              </button>
              {long && row.kind === 'row' ? (
                <textarea
                  {...field}
                  className={styles.input}
                  rows={2}
                  maxLength={5000}
                  placeholder={placeholder}
                  onChange={(event) => set(index, event.target.value)}
                />
              ) : (
                <input
                  {...field}
                  className={styles.input}
                  maxLength={row.kind === 'section' ? 200 : 500}
                  enterKeyHint="next"
                  placeholder={row.kind === 'section' ? t('edit.sectionHint') : placeholder}
                  onChange={(event) => set(index, event.target.value)}
                />
              )}
              <button
                type="button"
                className={styles.remove}
                aria-label={t('edit.remove', { what: row.text || name })}
                onClick={() => remove(index)}
              >
                <Icon name="close" size={18} />
              </button>
            </li>
          )
        })}
      </ul>
      <div className={styles.add}>
        <Button look="quiet" onClick={() => insert(rows.length, [newRow()])}>
          <Icon name="plus" size={18} />
          {each}
        </Button>
        <Button look="quiet" onClick={() => insert(rows.length, [newRow('', 'section')])}>
          <Icon name="plus" size={18} />
          {t('edit.section')}
        </Button>
      </div>
    </fieldset>
  )
}

// Sections aren't counted.
function numbersOf(rows: Row[]): number[] {
  const numbers: number[] = []
  for (const row of rows) numbers.push((numbers.at(-1) ?? 0) + (row.kind === 'row' ? 1 : 0))
  return numbers
}

// A row follows the pointer by taking the place of the row that the pointer is over. The window listens, because
// the handle is taken out of the page for a moment when its row moves, and would lose the pointer.
function useDrag(list: React.RefObject<HTMLUListElement | null>, move: (from: number, to: number) => void) {
  const latest = useRef(move)
  useLayoutEffect(() => {
    latest.current = move
  })
  return (event: PointerEvent<HTMLButtonElement>, start: number) => {
    let at = start
    event.preventDefault() // or the text would be marked
    event.currentTarget.focus()
    const over = (moved: globalThis.PointerEvent) => {
      const places = [...(list.current?.children ?? [])].map((child) => child.getBoundingClientRect())
      const to = places.findIndex((place) => moved.clientY < place.bottom)
      const target = to === -1 ? places.length - 1 : to
      const place = places[target]
      const half = place ? place.top + place.height / 2 : 0
      // Only past the middle, or rows of unequal height would swap to and fro.
      if (!place || target === at || (target > at ? moved.clientY < half : moved.clientY > half)) return
      latest.current(at, target)
      at = target
    }
    const end = () => {
      removeEventListener('pointermove', over)
      removeEventListener('pointerup', end)
      removeEventListener('pointercancel', end)
    }
    addEventListener('pointermove', over)
    addEventListener('pointerup', end)
    addEventListener('pointercancel', end)
  }
}
