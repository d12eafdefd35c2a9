import { useTranslation } from 'react-i18next'
import { Button } from '@/components/Button'
import { Message } from '@/components/Message'

/** Broken replaces a page whose code failed. */
export function Broken({ error }: { error: unknown }) {
  const { t } = useTranslation()
  const action = (
    <Button look="primary" onClick={() => location.reload()}>
      {t('app.broken.action')}
    </Button>
  )
  return (
    <main id="content">
      <Message heading="h1" error title={t('app.broken.title')} dish="pot" actions={action}>
        <p>{t('app.broken.text')}</p>
        <p>
          <small>{error instanceof Error ? error.message : String(error)}</small>
        </p>
      </Message>
    </main>
  )
}
