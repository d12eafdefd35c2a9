import { useInfiniteQuery } from '@tanstack/react-query'
import {
  useCallback,
  useDeferredValue,
  useEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactNode,
} from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '@/components/Button'
import { Message } from '@/components/Message'
import { Refused } from '@/lib/api'
import { isNarrowed, noFilter, type Filter } from '@/lib/filter'
import { useLocale } from '@/lib/i18n'
import { keptPage, listQuery, type Page } from '@/lib/recipes'
import { FilterButtons } from './FilterButtons'
import { RecipeList, type ListHandle } from './RecipeList'
import { rememberSearch } from './recent'
import { SearchField } from './SearchField'
import styles from './SearchPane.module.css'
import { TagFilter } from './TagFilter'

interface Props {
  q: string
  filter: Filter
  onSearch: (next: { q: string; filter: Filter }) => void
  onOpen: (id: string) => void
  /** The recipe open beside the list. */
  openId?: string | undefined
  /** Beside an open recipe the list is one narrow column of rows. */
  narrow: boolean
  /** Shown if the cook has no recipes. */
  first: ReactNode
}

/** SearchPane is the search field and the recipes found; all of them if it is blank. */
export function SearchPane({ q, filter, onSearch, onOpen, openId, narrow, first }: Props) {
  const list = useRef<ListHandle>(null)
  const [typed, setTyped] = useState(q)
  const [lastQ, setLastQ] = useState(q)
  if (q !== lastQ) {
    // Back and forward change the address; the field follows.
    setLastQ(q)
    if (q !== typed.trim()) setTyped(q)
  }
  const found = useFound(useDeferredValue(typed.trim()), filter)
  // Keep the function's identity, so that unchanged cards aren't drawn again.
  const opened = useCallback(() => rememberSearch(typed), [typed])

  function search(text: string) {
    setTyped(text)
    setLastQ(text.trim())
    onSearch({ q: text.trim(), filter })
  }

  function open(id: string) {
    rememberSearch(typed)
    onOpen(id)
  }

  function onKey(event: KeyboardEvent) {
    if (event.key === 'ArrowDown') {
      event.preventDefault()
      list.current?.focusFirst()
    } else if (event.key === 'Enter' && found.items[0]) {
      event.preventDefault()
      open(found.items[0].id)
    }
  }

  const blank = typed.trim() === '' && !isNarrowed(filter)
  const choose = (next: Filter) => onSearch({ q: typed.trim(), filter: next })
  return (
    <div className={narrow ? `${styles.pane} ${styles.narrow}` : styles.pane}>
      <div className={styles.bar}>
        <SearchField value={typed} onChange={search} onKeyDown={onKey} />
        <TagFilter chosen={filter.tags} onChoose={(tags) => choose({ ...filter, tags })}>
          <FilterButtons filter={filter} onChange={choose} />
        </TagFilter>
        <p className={styles.count} role="status">
          <Count found={found} blank={blank} />
        </p>
      </div>
      {found.error && found.items.length === 0 ? (
        <Failed error={found.error} onRetry={found.retry} />
      ) : found.total === 0 && !found.pending ? (
        blank ? (
          first
        ) : (
          <Nothing
            q={typed.trim()}
            filter={filter}
            device={found.from === 'device'}
            onClear={() => {
              setTyped('')
              onSearch({ q: '', filter: { ...noFilter, sort: filter.sort } })
            }}
          />
        )
      ) : (
        <RecipeList
          ref={list}
          items={found.items}
          total={found.total === undefined ? undefined : found.total + found.similar}
          q={typed}
          narrow={narrow}
          openId={openId}
          onOpen={opened}
          onNeedMore={found.more}
        />
      )}
    </div>
  )
}

// Show results from this device at once, then replace them with the server's.
function useFound(q: string, filter: Filter) {
  const query = useInfiniteQuery(listQuery(q, filter))
  const [kept, setKept] = useState<{ key: string; page: Page }>()
  const key = JSON.stringify([q, filter])
  const waiting = query.data === undefined
  useEffect(() => {
    if (!waiting) return
    let current = true
    keptPage(...(JSON.parse(key) as [string, Filter])).then(
      (page) => current && setKept({ key, page }),
      () => undefined, // the browser stores nothing: only the server answers
    )
    return () => {
      current = false
    }
  }, [waiting, key])

  const here = kept?.page.items.length && (kept.key === key || !query.isError) ? kept.page : undefined
  // Draw cards a few at a time between keys and taps: drawing all at once would block a phone for a
  // quarter of a second.
  const answer = useDeferredValue(query.data)
  const pages = useMemo(() => answer?.pages ?? (here ? [here] : []), [answer, here])
  const items = useMemo(() => pages.flatMap((page) => page.items), [pages])
  const more = () => {
    if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage()
  }
  return {
    items,
    total: pages[0]?.total,
    similar: pages[0]?.similar ?? 0,
    of: answer?.pages[0]?.of,
    kept: answer?.pages[0]?.kept,
    from: pages[0]?.from,
    error: query.error,
    pending: query.data === undefined && query.isFetching,
    retry: () => void query.refetch(),
    more,
  }
}

/** Count shows how many were found and, offline, how many of all recipes this device has. */
function Count({ found, blank }: { found: ReturnType<typeof useFound>; blank: boolean }) {
  const { t } = useTranslation()
  const { total, similar, of = 0, kept } = found
  if (total === undefined) return null
  const partly = kept !== undefined && kept < of
  const said = [
    !(partly && blank) && t('search.count', { count: total }),
    similar > 0 && t('search.similar', { count: similar }),
    partly && t('search.partly', { kept, count: of }),
  ]
  return said.filter(Boolean).join(' · ')
}

function Nothing(props: { q: string; filter: Filter; device: boolean; onClear: () => void }) {
  const { t } = useTranslation()
  const { tags, ...others } = props.filter
  const tag = new Intl.ListFormat(useLocale(), { type: 'conjunction' }).format(tags)
  const narrowed = isNarrowed({ ...others, tags: [] })
  const why = tags.length > 0 && !narrowed ? t('search.none.tag', { tag }) : t('search.none.filtered')
  return (
    <Message
      dish="bowl"
      title={props.q ? t('search.none.title', { q: props.q }) : why}
      actions={<Button onClick={props.onClear}>{t('search.none.clear')}</Button>}
    >
      {props.q && <p>{t('search.none.text')}</p>}
      {props.q && isNarrowed(props.filter) && <p>{why}</p>}
      {props.device && <p>{t('search.offlineNone')}</p>}
    </Message>
  )
}

function Failed({ error, onRetry }: { error: Error; onRetry: () => void }) {
  const { t } = useTranslation()
  return (
    <Message
      error
      dish="pot"
      title={t('search.failed.title')}
      actions={
        <Button look="primary" onClick={onRetry}>
          {t('app.retry')}
        </Button>
      }
    >
      <p>{error instanceof Refused ? error.message : t('search.failed.text')}</p>
    </Message>
  )
}
