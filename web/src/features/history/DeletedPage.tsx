import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '@/components/Button'
import { Message } from '@/components/Message'
import { Skeleton } from '@/components/Skeleton'
import { Refused } from '@/lib/api'
import { useLocale } from '@/lib/i18n'
import { deletedQuery } from '@/lib/versions'
import { formatWhen } from '@/lib/when'
import styles from './DeletedPage.module.css'
import { useRestore } from './useRestore'
import './words'

interface Deleted {
  id: string
  name: string
  version: number
  deleted_at: string
  erased_at: string | null
}

/** DeletedPage lists the deleted recipes and brings them back. */
export function DeletedPage({ onRestored }: { onRestored: (id: string) => void }) {
  const { t } = useTranslation(['history', 'translation'])
  const found = useInfiniteQuery({ ...deletedQuery, refetchOnMount: 'always' })
  const deleted = found.data?.pages.flatMap((page) => page.items)
  useEffect(() => {
    document.title = `${t('bin.title')} · Larder`
  }, [t])
  if (found.error && !deleted) {
    return (
      <Message
        heading="h1"
        error
        dish="pot"
        title={t('bin.failedTitle')}
        actions={
          <Button look="primary" onClick={() => void found.refetch()}>
            {t('translation:app.retry')}
          </Button>
        }
      >
        <p>{found.error instanceof Refused ? found.error.message : t('bin.failedText')}</p>
      </Message>
    )
  }
  return (
    <section className={styles.page} aria-busy={found.isPending}>
      <h1>{t('bin.title')}</h1>
      <p>{t('bin.text')}</p>
      {!deleted && <Skeleton height="8em" />}
      {deleted?.length === 0 && <p role="status">{t('bin.empty')}</p>}
      <ul className={styles.list}>
        {deleted?.map((recipe) => (
          <Row key={recipe.id} recipe={recipe} onRestored={() => onRestored(recipe.id)} />
        ))}
      </ul>
      {found.hasNextPage && (
        <Button busy={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          {t('bin.more')}
        </Button>
      )}
    </section>
  )
}

function Row({ recipe, onRestored }: { recipe: Deleted; onRestored: () => void }) {
  const { t } = useTranslation('history')
  const locale = useLocale()
  const [busy, setBusy] = useState(false)
  const restore = useRestore(recipe.id, (name) => t('bin.restored', { name }), onRestored)
  const { name } = recipe
  return (
    <li className={styles.row}>
      <span className={styles.name}>
        <bdi>{name}</bdi>
        <span className={styles.when}>
          {t('bin.when', { when: formatWhen(Date.parse(recipe.deleted_at), locale) })}
          {recipe.erased_at !== null &&
            ` · ${t('bin.until', { when: new Date(recipe.erased_at).toLocaleDateString(locale, { dateStyle: 'medium' }) })}`}
        </span>
      </span>
      <Button
        busy={busy}
        aria-label={t('bin.restoreOne', { name })}
        onClick={() => {
          setBusy(true)
          void restore(recipe.version, name).finally(() => setBusy(false))
        }}
      >
        {t('bin.restore')}
      </Button>
    </li>
  )
}
