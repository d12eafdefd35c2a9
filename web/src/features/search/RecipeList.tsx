import { useVirtualizer, useWindowVirtualizer, type Virtualizer } from '@tanstack/react-virtual'
import {
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type Ref,
} from 'react'
import { useTranslation } from 'react-i18next'
import type { RecipeItem } from '@/lib/api'
import { RecipeCard, RecipeCardSkeleton } from './RecipeCard'
import styles from './RecipeList.module.css'

export interface ListHandle {
  focusFirst: () => void
}

interface Props {
  ref: Ref<ListHandle>
  /** What is loaded, from the start. */
  items: RecipeItem[]
  /** The total number; undefined if unknown. */
  total: number | undefined
  q: string
  narrow: boolean
  openId?: string | undefined
  onOpen: (id: string) => void
  onNeedMore: () => void
}

// Relative to the text size, so that names still fit when text is twice as large.
const rowHeight = () => 5.5 * rem()
const cardText = () => 5.75 * rem()
const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize)
const gap = 16
const skeletons = 12

/** RecipeList draws only visible cards, and loads more before they are reached. */
export function RecipeList(props: Props) {
  // The narrow list scrolls beside the recipe, the wide one with the page.
  return props.narrow ? <PaneList {...props} /> : <PageList {...props} />
}

function PaneList(props: Props) {
  const pane = useRef<HTMLDivElement>(null)
  const count = props.total ?? skeletons
  const height = rowHeight() // once, not per row
  const rows = useVirtualizer({
    count,
    getScrollElement: () => pane.current,
    estimateSize: () => height,
    overscan: 6,
  })
  return (
    <div className={styles.pane} ref={pane}>
      <Rows {...props} rows={rows} columns={1} offset={0} />
    </div>
  )
}

function PageList(props: Props) {
  const box = useRef<HTMLDivElement>(null)
  const { columns, width, top } = useBox(box)
  const count = Math.ceil((props.total ?? skeletons) / columns)
  const height = Math.round(((width - gap * (columns - 1)) / columns) * 0.75 + cardText()) + gap
  const rows = useWindowVirtualizer({ count, estimateSize: () => height, overscan: 3, scrollMargin: top })
  useEffect(() => rows.measure(), [rows, height])
  return (
    <div ref={box} className={styles.page}>
      {width > 0 && <Rows {...props} rows={rows} columns={columns} offset={top} />}
    </div>
  )
}

// The number of columns: two on phones, as many as are comfortable to read on desktops.
function useBox(box: React.RefObject<HTMLDivElement | null>) {
  const [size, setSize] = useState({ columns: 2, width: 0, top: 0 })
  useLayoutEffect(() => {
    const element = box.current
    if (!element) return
    const measure = () => {
      const style = getComputedStyle(element)
      const width =
        element.clientWidth - parseFloat(style.paddingInlineStart) - parseFloat(style.paddingInlineEnd)
      const columns = Math.max(
        width < 17.5 * rem() ? 1 : 2,
        Math.floor((width + gap) / (14.25 * rem() + gap)),
      )
      const top = element.offsetTop
      setSize((is) =>
        is.columns === columns && is.width === width && is.top === top ? is : { columns, width, top },
      )
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [box])
  return size
}

interface RowsProps extends Props {
  rows: Virtualizer<Window, Element> | Virtualizer<HTMLDivElement, Element>
  columns: number
  offset: number
}

function Rows({
  ref,
  rows,
  columns,
  offset,
  items,
  total,
  q,
  narrow,
  openId,
  onOpen,
  onNeedMore,
}: RowsProps) {
  const { t } = useTranslation()
  const list = useRef<HTMLUListElement>(null)
  const wanted = useRef<number | null>(null)
  const shown = rows.getVirtualItems()
  const last = ((shown.at(-1)?.index ?? 0) + 1) * columns
  const lacking = total !== undefined && items.length < total && last + 24 > items.length
  useEffect(() => {
    if (lacking) onNeedMore()
  }, [lacking, items.length, onNeedMore])

  const focusAt = (index: number) => {
    wanted.current = index
    rows.scrollToIndex(Math.floor(index / columns))
    focusWanted()
  }
  const focusWanted = () => {
    const card = list.current?.querySelector<HTMLElement>(`[data-index="${wanted.current}"]`)
    if (!card) return
    card.focus({ preventScroll: true })
    wanted.current = null
  }
  // A card that was just scrolled to must be drawn before it can be focused.
  useLayoutEffect(() => {
    if (wanted.current !== null) focusWanted()
  })
  useImperativeHandle(ref, () => ({ focusFirst: () => focusAt(0) }))

  function onKeyDown(event: KeyboardEvent<HTMLUListElement>) {
    const index = Number((event.target as HTMLElement).dataset['index'])
    const next = nextIndex(event.key, index, columns, document.documentElement.dir === 'rtl')
    if (next === null) return
    event.preventDefault()
    if (next < 0) document.querySelector<HTMLInputElement>('input[type=search]')?.focus()
    else if (next < items.length) focusAt(next)
  }

  const loading = total === undefined
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- handles the keys of the links inside
    <ul
      ref={list}
      className={styles.list}
      style={{ height: rows.getTotalSize() }}
      aria-label={loading ? t('app.loading') : t('search.results')}
      aria-busy={loading}
      onKeyDown={onKeyDown}
    >
      {shown.flatMap((row) =>
        Array.from({ length: columns }, (_, column) => {
          const index = row.index * columns + column
          if (index >= (total ?? skeletons)) return null
          const item = items[index]
          const style = {
            insetInlineStart: `calc((100% + ${gap}px) / ${columns} * ${column})`,
            width: `calc((100% - ${gap * (columns - 1)}px) / ${columns})`,
            height: row.size - (narrow ? 0 : gap),
            transform: `translateY(${row.start - offset}px)`,
          }
          return (
            <li
              key={item?.id ?? index}
              className={styles.cell}
              style={style}
              aria-setsize={total}
              aria-posinset={index + 1}
            >
              {item ? (
                <RecipeCard
                  item={item}
                  index={index}
                  q={q}
                  row={narrow}
                  current={item.id === openId}
                  eager={index < 8}
                  onOpen={onOpen}
                />
              ) : (
                <RecipeCardSkeleton row={narrow} />
              )}
            </li>
          )
        }),
      )}
    </ul>
  )
}

function nextIndex(key: string, index: number, columns: number, rtl: boolean): number | null {
  switch (key) {
    case 'ArrowDown':
      return index + columns
    case 'ArrowUp':
      return index - columns
    case 'ArrowRight':
      return columns === 1 ? null : index + (rtl ? -1 : 1)
    case 'ArrowLeft':
      return columns === 1 ? null : index + (rtl ? 1 : -1)
    default:
      return null
  }
}
