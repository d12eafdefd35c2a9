import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button, buttonClass } from '@/components/Button'
import { Icon } from '@/components/Icon'
import { Message } from '@/components/Message'
import { Skeleton } from '@/components/Skeleton'
import { Refused } from '@/lib/api'
import { useLocale } from '@/lib/i18n'
import { versionsQuery } from '@/lib/versions'
import { formatWhen } from '@/lib/when'
import { Changes } from './Changes'
import styles from './HistoryPage.module.css'
import { useRestore } from './useRestore'
import './words'

interface Props {
  id: string
  onRestored: () => void
}

/** HistoryPage lists a recipe's versions with what changed in each, and restores one. */
export function HistoryPage({ id, onRestored }: Props) {
  const { t } = useTranslation('history')
  const found = useInfiniteQuery(versionsQuery(id))
  const versions = found.data?.pages.flatMap((page) => page.items) ?? []
  const name = versions[0]?.name ?? ''
  const title = t('title', { name })
  useEffect(() => {
    document.title = `${title} · Larder`
  }, [title])
  const restore = useRestore(id, (name) => t('restored', { name }), onRestored)
  if (found.error && versions.length === 0) {
    return <Failed error={found.error} onRetry={() => void found.refetch()} />
  }
  return (
    <section className={styles.page} aria-busy={found.isPending}>
      <header className={styles.head}>
        <Link to="/recipes/$id" params={{ id }} className={buttonClass('round')} aria-label={t('back')}>
          <Icon name="back" />
        </Link>
        <h1 className={styles.title}>{name ? title : <Skeleton width="12rem" />}</h1>
      </header>
      <ol className={styles.versions}>
        {versions.map((version, i) => (
          <Version
            key={version.version}
            id={id}
            version={version}
            newest={i === 0}
            onRestore={() => restore(version.version, name)}
          />
        ))}
      </ol>
      {found.hasNextPage && (
        <Button busy={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          {t('older')}
        </Button>
      )}
    </section>
  )
}

interface VersionProps {
  id: string
  version: { version: number; type: string; name: string; time: string }
  newest: boolean
  onRestore: () => Promise<void>
}

// What happened, by the end of the event's type.
const acts = ['created', 'updated', 'deleted', 'restored', 'file-attached', 'file-removed', 'marked'] as const

function Version({ id, version, newest, onRestore }: VersionProps) {
  const { t } = useTranslation('history')
  const locale = useLocale()
  const [open, setOpen] = useState(newest)
  const [busy, setBusy] = useState(false)
  const act = acts.find((each) => version.type === `recipe.${each}`) ?? 'updated'
  const comparable = act !== 'deleted' && version.version > 1
  return (
    <li className={styles.version}>
      <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary className={styles.summary}>
          <span className={styles.act}>{t(`acts.${act}`)}</span>
          <time className={styles.when} dateTime={version.time}>
            {formatWhen(Date.parse(version.time), locale)}
          </time>
          {newest && <span className={styles.now}>{t('now')}</span>}
          <span className={styles.mark}>
            <Icon name="down" />
          </span>
        </summary>
        {open && comparable && <Changes id={id} from={version.version - 1} to={version.version} />}
        {open && !comparable && (
          <p className={styles.plain}>{t(`none.${act === 'deleted' ? 'deleted' : 'first'}`)}</p>
        )}
        {!newest && act !== 'deleted' && (
          <Button
            busy={busy}
            onClick={() => {
              setBusy(true)
              void onRestore().finally(() => setBusy(false))
            }}
          >
            {t('restore')}
          </Button>
        )}
      </details>
    </li>
  )
}

function Failed({ error, onRetry }: { error: Error; onRetry: () => void }) {
  const { t } = useTranslation(['history', 'translation'])
  const refused = error instanceof Refused
  return (
    <Message
      heading="h1"
      error
      dish="pot"
      title={t('failed.title')}
      actions={
        <>
          <Button look="primary" onClick={onRetry}>
            {t('translation:app.retry')}
          </Button>
          <Link to="/" className={buttonClass('outline')}>
            {t('translation:recipe.gone.action')}
          </Link>
        </>
      }
    >
      <p>{refused ? error.message : t('failed.text')}</p>
    </Message>
  )
}
