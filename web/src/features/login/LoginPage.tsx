import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '@/components/Button'
import { Dish } from '@/components/Dish'
import { Field } from '@/components/Field'
import { Refused, Unreachable } from '@/lib/api'
import { logIn as beginSession, switchUser } from '@/lib/session'
import styles from './LoginPage.module.css'

interface Props {
  /** The page after the login. */
  next: string
  onDone: () => void
}

/** LoginPage asks for name and password. There is no sign-up; it says whom to ask. */
export function LoginPage({ next, onDone }: Props) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const [shown, setShown] = useState(false)
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState('')
  useEffect(() => {
    document.title = 'Larder' // the previous page may have set a recipe's title
  }, [])

  async function logIn(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    setBusy(true)
    setFailure('')
    try {
      const user = await beginSession(String(form.get('username')), String(form.get('password')), next)
      if (!user) return
      switchUser(client, user)
      onDone()
    } catch (error) {
      setFailure(saidOf(error))
      setBusy(false)
    }
  }

  function saidOf(error: unknown) {
    if (error instanceof Unreachable) return t('login.unreachable')
    if (!(error instanceof Refused)) throw error
    if (error.status === 429) return t('login.tooMany', { count: error.retryAfter ?? 60 })
    return error.status >= 500 ? t('login.unavailable') : t('login.wrong')
  }

  return (
    <main className={styles.page}>
      <div className={styles.welcome}>
        <div className={styles.dishes} aria-hidden="true">
          <Dish name="pot" />
          <Dish name="carrot" />
          <Dish name="bread" />
        </div>
        <h1 className={styles.title}>{t('login.title')}</h1>
        <p className={styles.subtitle}>{t('login.subtitle')}</p>
      </div>
      <form className={styles.form} onSubmit={logIn}>
        <Field
          label={t('login.name')}
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          required
          // eslint-disable-next-line jsx-a11y/no-autofocus -- this page has no other purpose
          autoFocus
        />
        <Field
          label={t('login.password')}
          name="password"
          type={shown ? 'text' : 'password'}
          autoComplete="current-password"
          required
          after={
            <Button look="quiet" onClick={() => setShown(!shown)}>
              {shown ? t('login.hide') : t('login.show')}
            </Button>
          }
        />
        <p className={styles.failure} role="alert">
          {failure}
        </p>
        <Button type="submit" look="primary" busy={busy}>
          {busy ? t('login.submitting') : t('login.submit')}
        </Button>
        <p className={styles.hint}>{t('login.noAccount')}</p>
      </form>
    </main>
  )
}
