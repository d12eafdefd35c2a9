import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { Button, buttonClass } from '@/components/Button'
import { Message } from '@/components/Message'
import { Skeleton } from '@/components/Skeleton'
import { useLocale } from '@/lib/i18n'
import { listKey } from '@/lib/recipes'
import { formatWhen } from '@/lib/when'
import styles from './Import.module.css'
import { nameOf, type Then } from './ImportPage'
import { cancelImport, importQuery, importsKey, isActive, undoImport, type Import } from '@/lib/imports'
import './words'

interface Props {
  id: string
  /** What becomes of its only recipe. */
  then: Then | undefined
  onOnly: (recipe: string, then: Then) => void
}

/** OneImport shows an import as it goes on; it does so without this page, too. */
export function OneImport({ id, then, onOnly }: Props) {
  const { t } = useTranslation('import')
  const client = useQueryClient()
  const { data, error } = useQuery(importQuery(id))
  const settled = data && !isActive(data)
  useEffect(() => {
    document.title = `${t('oneTitle')} · Larder`
  }, [t])
  useEffect(() => {
    if (settled) void client.invalidateQueries({ queryKey: listKey })
  }, [settled, client])
  const only = data?.state === 'done' && data.total === 1 ? data.created[0]?.id : undefined
  useEffect(() => {
    if (only && then) onOnly(only, then)
  }, [only, then, onOnly])

  if (error && !data) {
    return (
      <Message heading="h1" error title={t('gone')}>
        <p>{error.message}</p>
      </Message>
    )
  }
  return (
    <div className={styles.page}>
      <h1 className={styles.title}>{t('oneTitle')}</h1>
      {data ? <Progress of={data} /> : <Skeleton height="6rem" />}
      {data && <Actions of={data} />}
      {data && <Outcome of={data} />}
      <p>
        <Link to="/import" className={buttonClass('quiet')}>
          {t('another')}
        </Link>
      </p>
    </div>
  )
}

function Progress({ of }: { of: Import }) {
  const { t } = useTranslation('import')
  const locale = useLocale()
  const active = isActive(of)
  return (
    <section className={styles.progress}>
      <p>
        <bdi>{nameOf(of) || t('pastedText')}</bdi>
      </p>
      <p role="status">
        {of.cancelled && !active ? t('cancelled') : t(`state.${of.state}`)}
        {of.total > 0 && of.state !== 'undone' && ` · ${t('doneOf', { done: of.done, count: of.total })}`}
      </p>
      {active && (
        <progress
          className={styles.bar}
          aria-label={t('oneTitle')}
          {...(of.total > 0 && { value: of.done, max: of.total })}
        />
      )}
      {of.reason && <p className={styles.failure}>{of.reason}</p>}
      {of.retry_at && active && (
        <p className={styles.soft}>{t('retryAt', { when: formatWhen(Date.parse(of.retry_at), locale) })}</p>
      )}
      {active && <p className={styles.soft}>{t('goesOn')}</p>}
    </section>
  )
}

function Actions({ of }: { of: Import }) {
  const { t } = useTranslation('import')
  const client = useQueryClient()
  const changed = () => client.invalidateQueries({ queryKey: importsKey })
  const cancel = useMutation({ mutationFn: () => cancelImport(of.id), onSettled: changed })
  const undo = useMutation({ mutationFn: () => undoImport(of.id), onSettled: changed })
  const failure = cancel.error ?? undo.error
  const taken = of.created.length + of.replaced.length
  const undoable = taken > 0 && of.state !== 'undoing' && of.state !== 'undone'
  const stoppable = isActive(of) && of.state !== 'undoing'
  return (
    <>
      <div className={styles.actions}>
        {stoppable && (
          <Button busy={cancel.isPending || of.cancelled} onClick={() => cancel.mutate()}>
            {t('cancel')}
          </Button>
        )}
        {undoable && (
          <Button look="danger" busy={undo.isPending} onClick={() => undo.mutate()}>
            {t('undo', { count: taken })}
          </Button>
        )}
      </div>
      {failure && (
        <p role="alert" className={styles.failure}>
          {failure.message}
        </p>
      )}
    </>
  )
}

function Outcome({ of }: { of: Import }) {
  const { t } = useTranslation('import')
  return (
    <>
      {of.failed.length > 0 && (
        <section aria-labelledby="failed">
          <h2 id="failed">{t('failedCount', { count: of.failed.length })}</h2>
          <ul className={styles.list}>
            {of.failed.map((each, i) => (
              <li key={i} className={styles.row}>
                <bdi className={styles.name}>{each.name || each.place}</bdi>
                <span className={styles.failure}>{each.reason}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {of.duplicates.length > 0 && (
        <section aria-labelledby="known">
          <h2 id="known">{t('knownCount', { count: of.duplicates.length })}</h2>
          <ul className={styles.list}>
            {of.duplicates.map((each) => (
              <li key={each.number}>
                <Link to="/recipes/$id" params={{ id: each.duplicates[0] ?? '' }} className={styles.row}>
                  {t('number', { number: each.number })}
                </Link>
              </li>
            ))}
          </ul>
        </section>
      )}
      {of.replaced.length > 0 && (
        <section aria-labelledby="replaced">
          <h2 id="replaced">
            {t(of.state === 'undone' ? 'restored' : 'replaced', {
              count: of.replaced.filter((each) => of.state !== 'undone' || each.restored).length,
            })}
          </h2>
          <ul className={styles.list}>
            {of.replaced.map((each) => (
              <li key={each.number}>
                {each.name ? (
                  <Link to="/recipes/$id" params={{ id: each.id }} className={styles.row}>
                    <bdi className={styles.name}>{each.name}</bdi>
                    {each.doubts > 0 && (
                      <span className={styles.soft}>{t('doubts', { count: each.doubts })}</span>
                    )}
                  </Link>
                ) : (
                  <span className={styles.row}>{t('deleted')}</span>
                )}
              </li>
            ))}
          </ul>
        </section>
      )}
      {of.created.length > 0 && (
        <section aria-labelledby="created">
          <h2 id="created">
            {t(of.state === 'undone' ? 'wereCreated' : 'created', { count: of.created.length })}
          </h2>
          <ul className={styles.list}>
            {of.created.map((each) => (
              <li key={each.id}>
                {each.name ? (
                  <Link to="/recipes/$id" params={{ id: each.id }} className={styles.row}>
                    <bdi className={styles.name}>{each.name}</bdi>
                    <span className={styles.soft}>
                      {[
                        each.doubts > 0 && t('doubts', { count: each.doubts }),
                        each.duplicates.length > 0 && t('like'),
                        each.picture === false && t('noPicture'),
                      ]
                        .filter(Boolean)
                        .join(' · ')}
                    </span>
                  </Link>
                ) : (
                  <span className={styles.row}>{t('deleted')}</span>
                )}
              </li>
            ))}
          </ul>
        </section>
      )}
      {of.kept.length > 0 && (
        <section aria-labelledby="kept">
          <h2 id="kept">{t('kept', { count: of.kept.length })}</h2>
          <ul className={styles.list}>
            {of.kept.map((id) => (
              <li key={id}>
                <Link to="/recipes/$id" params={{ id }} className={styles.row}>
                  {t('showKnown')}
                </Link>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  )
}
