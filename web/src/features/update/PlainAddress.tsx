import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './UpdatePrompt.module.css'

const place = 'larder.told'

/**
 * PlainAddress explains, once per device, what a browser doesn't allow an app served over plain
 * HTTP.
 */
export function PlainAddress() {
  const { t } = useTranslation()
  const [open, setOpen] = useState(() => !isSecureContext && localStorage.getItem(place) === null)
  useEffect(() => {
    if (open) localStorage.setItem(place, 'https')
  }, [open])
  return (
    <aside className={styles.prompt} aria-label={t('update.plainTitle')} hidden={!open} data-strip>
      <p>{open && t('update.plain')}</p>
      <button type="button" className={`${styles.action} ${styles.load}`} onClick={() => setOpen(false)}>
        {t('update.understood')}
      </button>
    </aside>
  )
}
