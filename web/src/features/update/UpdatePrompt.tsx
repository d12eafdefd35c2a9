import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useRegisterSW } from 'virtual:pwa-register/react'
import styles from './UpdatePrompt.module.css'

/** How often an open app checks for a new version. */
const lookEvery = 60 * 60_000

/**
 * UpdatePrompt registers the service worker, so that the app opens offline, and asks before a new
 * version replaces the one in use.
 */
export function UpdatePrompt() {
  const { t } = useTranslation()
  const looking = useRef<ReturnType<typeof setInterval>>(undefined)
  const {
    needRefresh: [ready, setReady],
    updateServiceWorker,
  } = useRegisterSW({
    onRegisteredSW: (_address, registration) => {
      if (!registration) return
      const look = () => void registration.update().catch(() => undefined) // offline: the next check may work
      clearInterval(looking.current)
      looking.current = setInterval(look, lookEvery)
      document.addEventListener('visibilitychange', () => {
        if (!document.hidden) look()
      })
    },
  })
  // In the page's flow: an overlay would cover the bar with the recipe's save button.
  return (
    <aside className={styles.prompt} aria-label={t('update.title')} hidden={!ready}>
      <p role="status">{ready && t('update.ready')}</p>
      <button
        type="button"
        className={`${styles.action} ${styles.load}`}
        onClick={() => void updateServiceWorker()}
      >
        {t('update.reload')}
      </button>
      <button type="button" className={styles.action} onClick={() => setReady(false)}>
        {t('update.later')}
      </button>
    </aside>
  )
}
