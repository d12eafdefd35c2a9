import { useEffect, useId, useRef, type MouseEvent, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from './Button'
import styles from './Dialog.module.css'
import { Icon } from './Icon'

interface Props {
  open: boolean
  onClose: () => void
  title: string
  children: ReactNode
  /** For side-by-side content. */
  wide?: boolean
  actions?: ReactNode
}

/**
 * Dialog traps the focus while it is open, and the browser restores it. On phones it slides up from
 * below.
 */
export function Dialog({ open, onClose, title, children, actions, wide = false }: Props) {
  const { t } = useTranslation()
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  // The first click of a double click may have made the dialog smaller, so that the second falls
  // beside it: that one must not close it.
  const secondBeside = useRef(false)
  useEffect(() => {
    const element = dialog.current
    if (open && element && !element.open) element.showModal()
    return () => element?.close()
  }, [open])
  if (!open) return null
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- it does nothing
    <dialog
      ref={dialog}
      className={wide ? `${styles.dialog} ${styles.wide}` : styles.dialog}
      aria-labelledby={id}
      onClose={onClose}
      onMouseDown={(event) => {
        secondBeside.current = event.detail > 1 && isBeside(event)
      }}
      onCancel={(event) => {
        if (secondBeside.current) event.preventDefault()
        secondBeside.current = false
      }}
      closedby="any"
    >
      <div className={styles.head}>
        <h2 id={id} className={styles.title}>
          {title}
        </h2>
        <Button look="round" aria-label={t('app.close')} onClick={onClose}>
          <Icon name="close" />
        </Button>
      </div>
      {children}
      {actions && <div className={styles.actions}>{actions}</div>}
    </dialog>
  )
}

function isBeside({ currentTarget, clientX: x, clientY: y }: MouseEvent) {
  const { left, right, top, bottom } = currentTarget.getBoundingClientRect()
  return x < left || x > right || y < top || y > bottom
}
