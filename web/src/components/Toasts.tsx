import { useTranslation } from 'react-i18next'
import { Icon } from './Icon'
import { dismissToast, useToasts } from './toast'
import styles from './Toasts.module.css'

/** Toasts shows what was just done, and announces it to screen readers. */
export function Toasts() {
  const { t } = useTranslation()
  return (
    <div className={styles.toasts} role="status">
      {useToasts().map((toast) => (
        <div key={toast.id} className={styles.toast}>
          <span className={styles.text}>{toast.text}</span>
          {toast.action && (
            <button
              type="button"
              className={styles.action}
              onClick={() => {
                dismissToast(toast.id)
                toast.action?.run()
              }}
            >
              {toast.action.label}
            </button>
          )}
          <button
            type="button"
            className={styles.close}
            aria-label={t('delete.dismiss')}
            onClick={() => dismissToast(toast.id)}
          >
            <Icon name="close" size={18} />
          </button>
        </div>
      ))}
    </div>
  )
}
