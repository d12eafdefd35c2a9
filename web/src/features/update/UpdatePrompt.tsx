import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useRegisterSW } from 'virtual:pwa-register/react'
import styles from './UpdatePrompt.module.css'

/** How often an app that stays open looks for a new version of itself. */
const lookEvery = 60 * 60_000

/**
 * UpdatePrompt makes the app open without a network, and asks before a new version of it takes the place of the one
 * in which the cook is at work.
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
      const look = () => void registration.update().catch(() => undefined) // no network: the next look has one
      clearInterval(looking.current)
      looking.current = setInterval(look, lookEvery)
      document.addEventListener('visibilitychange', () => {
        if (!document.hidden) look()
      })
    },
  })
  // Above the page, in its flow: over it, it would lie on the bar with which a recipe is saved.
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
