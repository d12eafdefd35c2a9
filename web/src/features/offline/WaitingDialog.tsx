import { useQueryClient } from '@tanstack/react-query'
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import { Button } from '@/components/Button'
import { Dialog } from '@/components/Dialog'
import { useLocale } from '@/lib/i18n'
import { dropFiles, setAside } from '@/lib/outbox'
import { store, type Waiting } from '@/lib/store'
import { formatWhen } from '@/lib/when'
import { toDraft } from './refused'
import styles from './WaitingDialog.module.css'

interface Props {
  open: boolean
  outbox: Waiting[]
  onClose: () => void
  onEdit: (id: string | undefined) => void
}

/** WaitingDialog lists the outbox, and lets the cook decide about refused commands. */
export function WaitingDialog({ open, outbox, onClose, onEdit }: Props) {
  const { t } = useTranslation()
  return (
    <Dialog open={open} onClose={onClose} title={t('waiting.title')}>
      <p className={styles.about}>{t('waiting.text')}</p>
      <ol className={styles.list}>
        {outbox.map((each) => (
          <li key={each.seq} className={styles.item}>
            <Line waiting={each} onEdit={onEdit} />
          </li>
        ))}
      </ol>
    </Dialog>
  )
}

function Line({ waiting, onEdit }: { waiting: Waiting; onEdit: Props['onEdit'] }) {
  const { t } = useTranslation()
  const locale = useLocale()
  const client = useQueryClient()
  const { refused } = waiting
  const editable = waiting.kind === 'create' || waiting.kind === 'replace'
  return (
    <>
      <p className={styles.name} dir="auto">
        {waiting.recipe_name}
      </p>
      <p className={styles.what}>
        {t(`waiting.kinds.${waiting.kind}`)} · {formatWhen(waiting.queued_at, locale)} ·{' '}
        {refused ? t('waiting.wasRefused') : t('waiting.waits')}
      </p>
      {refused && (
        <>
          <p className={styles.why}>{whyOf(t, refused)}</p>
          <div className={styles.actions}>
            <Button look="quiet" onClick={() => void drop(waiting).then(() => client.invalidateQueries())}>
              {t('waiting.drop')}
            </Button>
            {editable && (
              <Button look="primary" onClick={() => void toDraft(waiting).then(onEdit)}>
                {t('waiting.edit')}
              </Button>
            )}
          </div>
        </>
      )}
    </>
  )
}

function whyOf(t: TFunction, { status, detail }: NonNullable<Waiting['refused']>) {
  if (status === setAside) return t('waiting.setAside')
  if (status === 410) return t('waiting.gone')
  return status === 412 ? t('waiting.conflict') : detail
}

// If the recipe will never exist, drop its files too.
async function drop({ seq, kind, recipe_id }: Waiting) {
  await store.outbox.delete(seq)
  if (kind === 'create') await dropFiles(recipe_id, true)
}
