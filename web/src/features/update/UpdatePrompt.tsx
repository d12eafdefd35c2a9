import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useRegisterSW } from 'virtual:pwa-register/react'
import { Button } from '@/components/Button'
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
  return (
    <div className={styles.place} role="status">
      {ready && (
        <div className={styles.prompt}>
          <p>{t('update.ready')}</p>
          <div className={styles.actions}>
            <Button look="quiet" onClick={() => setReady(false)}>
              {t('update.later')}
            </Button>
            <Button look="primary" onClick={() => void updateServiceWorker()}>
              {t('update.reload')}
            </Button>
          </div>
        </div>
      )}
    </div>
  )
}
