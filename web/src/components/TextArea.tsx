import { useId, type TextareaHTMLAttributes } from 'react'
import styles from './Field.module.css'

/** TextArea is a field for several lines; it grows with its text. */
export function TextArea({
  label,
  ...rest
}: TextareaHTMLAttributes<HTMLTextAreaElement> & { label: string }) {
  const id = useId()
  return (
    <div className={styles.field}>
      <label className={styles.label} htmlFor={id}>
        {label}
      </label>
      <span className={styles.box}>
        <textarea rows={3} dir="auto" {...rest} id={id} className={`${styles.input} ${styles.area}`} />
      </span>
    </div>
  )
}
