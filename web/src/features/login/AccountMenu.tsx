import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '@/components/Button'
import { Dialog } from '@/components/Dialog'
import { Icon } from '@/components/Icon'
import { commands } from '@/lib/api'
import { chooseLanguage, languages, type Language } from '@/lib/i18n'
import { leave, switchUser, useUser } from '@/lib/session'
import { store } from '@/lib/store'
import styles from './AccountMenu.module.css'
import { Devices } from './Devices'

/** AccountMenu tells who is logged in; language and logging out are behind it. */
export function AccountMenu() {
  const { t, i18n } = useTranslation()
  const user = useUser()
  const [open, setOpen] = useState(false)
  const languageId = useId()
  return (
    <>
      <Button look="round" aria-label={t('app.account')} aria-haspopup="dialog" onClick={() => setOpen(true)}>
        <Icon name="person" size={22} />
      </Button>
      <Dialog open={open} onClose={() => setOpen(false)} title={user?.name ?? t('app.account')}>
        <div className={styles.menu}>
          <label htmlFor={languageId}>{t('app.language')}</label>
          <select
            id={languageId}
            className={styles.select}
            value={i18n.language}
            onChange={(event) => void chooseLanguage(event.target.value as Language)}
          >
            {Object.entries(languages).map(([code, name]) => (
              <option key={code} value={code} lang={code}>
                {name}
              </option>
            ))}
          </select>
          <Devices />
          <LogOut />
        </div>
      </Dialog>
    </>
  )
}

function LogOut() {
  const { t } = useTranslation()
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)
  const [waiting, setWaiting] = useState(0)
  const gone = useRef(false)
  useEffect(() => {
    store.outbox.count().then(
      (count) => {
        if (!gone.current) setWaiting(count)
      },
      () => undefined,
    )
    return () => {
      gone.current = true
    }
  }, [])

  async function logOut() {
    setBusy(true)
    // Without a network the session is forgotten here and ends on the server by itself.
    await commands.DELETE('/api/session').catch(() => undefined)
    await leave()
    switchUser(client, null)
  }

  return (
    <div className={styles.leave}>
      <p>{t('login.logoutText')}</p>
      {waiting > 0 && (
        <p className={styles.warning} role="alert">
          {t('login.logoutWaiting', { count: waiting })}
        </p>
      )}
      <Button look="danger" busy={busy} onClick={() => void logOut()}>
        {t('login.logout')}
      </Button>
    </div>
  )
}
