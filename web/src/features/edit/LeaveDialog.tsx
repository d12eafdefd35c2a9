import { useTranslation } from 'react-i18next'
import { Button } from '@/components/Button'
import { Dialog } from '@/components/Dialog'

interface Props {
  open: boolean
  onStay: () => void
  onKeep: () => void
  onDiscard: () => void
}

/** LeaveDialog asks what to do with unsaved text. */
export function LeaveDialog({ open, onStay, onKeep, onDiscard }: Props) {
  const { t } = useTranslation()
  return (
    <Dialog
      open={open}
      onClose={onStay}
      title={t('edit.leave.title')}
      actions={
        <>
          <Button look="danger" onClick={onDiscard}>
            {t('edit.leave.discard')}
          </Button>
          <Button look="outline" onClick={onKeep}>
            {t('edit.leave.keep')}
          </Button>
          <Button look="primary" onClick={onStay}>
            {t('edit.leave.stay')}
          </Button>
        </>
      }
    >
      <p>{t('edit.leave.text')}</p>
    </Dialog>
  )
}
