import { useMutation } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '@/components/Button'
import { Field } from '@/components/Field'
import { answered, commands, Refused, Unreachable } from '@/lib/api'
import { useUser } from '@/lib/session'
import styles from './ChangePassword.module.css'

/** ChangePassword is a button that opens the form by which a user changes their own password. */
export function ChangePassword() {
  const { t } = useTranslation('account', { keyPrefix: 'change' })
  const [open, setOpen] = useState(false)
  const [saved, setSaved] = useState(false)
  if (open) {
    return (
      <PasswordForm
        onDone={() => {
          setOpen(false)
          setSaved(true)
        }}
      />
    )
  }
  return (
    <>
      <Button look="quiet" onClick={() => setOpen(true)}>
        {t('password')}
      </Button>
      <p role="status">{saved && t('saved')}</p>
    </>
  )
}

function PasswordForm({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation('account', { keyPrefix: 'change' })
  const { t: tShared } = useTranslation()
  const user = useUser()
  const [shown, setShown] = useState(false)
  const change = useMutation({
    mutationFn: (body: { old: string; new: string }) =>
      answered(commands.PUT('/api/account/password', { body })),
    onSuccess: onDone,
  })

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    change.mutate({ old: String(form.get('old')), new: String(form.get('new')) })
  }

  const { error } = change
  const wrong = error instanceof Refused ? error.problem.errors?.[0]?.field : undefined
  function failure() {
    if (!error || wrong) return ''
    if (error instanceof Unreachable) return tShared('login.unreachable')
    if (error instanceof Refused && error.status === 429)
      return tShared('login.tooMany', { count: error.retryAfter ?? 60 })
    return t('failed')
  }

  const type = shown ? 'text' : 'password'
  return (
    <form className={styles.form} onSubmit={submit} aria-label={t('password')}>
      {/* Password managers need to know whose password it is. */}
      <input type="text" name="username" autoComplete="username" value={user?.name ?? ''} readOnly hidden />
      <Field
        label={t('old')}
        name="old"
        type={type}
        autoComplete="current-password"
        required
        error={wrong === 'old' ? t('oldWrong') : undefined}
        // eslint-disable-next-line jsx-a11y/no-autofocus -- the user has just asked for this form
        autoFocus
      />
      <Field
        label={t('new')}
        name="new"
        type={type}
        autoComplete="new-password"
        required
        hint={t('newHint')}
        error={wrong === 'new' ? t('newWeak') : undefined}
      />
      <Button look="quiet" onClick={() => setShown(!shown)}>
        {shown ? t('hide') : t('show')}
      </Button>
      <p className={styles.failure} role="alert">
        {failure()}
      </p>
      <Button type="submit" look="primary" busy={change.isPending}>
        {change.isPending ? t('saving') : t('save')}
      </Button>
    </form>
  )
}
