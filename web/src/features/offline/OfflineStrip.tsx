import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from '@/components/Icon'
import { useLocale } from '@/lib/i18n'
import { useOnline } from '@/lib/network'
import type { Waiting } from '@/lib/store'
import { formatWhen } from '@/lib/when'
import styles from './OfflineStrip.module.css'
import { useOutbox, useSyncedAt } from './useKept'
import { WaitingDialog } from './WaitingDialog'

interface Props {
  /** Opens the editor on a refused command that became a draft; undefined for a new recipe. */
  onEdit: (id: string | undefined) => void
}

/**
 * OfflineStrip is shown above every page while offline, or while commands are waiting or refused.
 */
export function OfflineStrip({ onEdit }: Props) {
  const { t } = useTranslation()
  const locale = useLocale()
  const online = useOnline()
  const at = useSyncedAt()
  const outbox = useOutbox()
  const [open, setOpen] = useState(false)
  const refused = outbox.filter((each) => each.refused).length
  const waiting = outbox.length - refused
  const shown = useLate(outbox) || !online || refused > 0
  const said = [
    !online && (at > 0 ? t('network.offlineAsOf', { when: formatWhen(at, locale) }) : t('network.offline')),
    refused > 0 && t('waiting.refused', { count: refused }),
    waiting > 0 && t('waiting.count', { count: waiting }),
  ].filter(Boolean)
  return (
    <>
      <aside
        className={refused > 0 ? `${styles.strip} ${styles.trouble}` : styles.strip}
        hidden={!shown}
        aria-label={t('waiting.title')}
      >
        {shown && <Icon name={online ? (refused > 0 ? 'warning' : 'clock') : 'cloudOff'} size={18} />}
        <p role="status" className={styles.text} title={online ? undefined : t('network.offlineLong')}>
          {shown && said.join(' · ')}
        </p>
        {shown && outbox.length > 0 && (
          <button type="button" className={styles.look} onClick={() => setOpen(true)}>
            {t('waiting.look')}
          </button>
        )}
      </aside>
      <WaitingDialog
        open={open && outbox.length > 0}
        outbox={outbox}
        onClose={() => setOpen(false)}
        onEdit={(id) => {
          setOpen(false)
          onEdit(id)
        }}
      />
    </>
  )
}

/** A command answered within this time isn't worth mentioning. */
const soon = 3_000

// Whether a command has been waiting longer than it would take online.
function useLate(outbox: Waiting[]): boolean {
  const oldest = outbox.find((each) => !each.refused)?.queued_at
  const [lateSince, setLateSince] = useState<number>()
  useEffect(() => {
    if (oldest === undefined) return
    const timer = setTimeout(() => setLateSince(oldest), Math.max(0, oldest + soon - Date.now()))
    return () => clearTimeout(timer)
  }, [oldest])
  return oldest !== undefined && lateSince !== undefined && lateSince >= oldest
}
