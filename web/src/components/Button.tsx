import type { ButtonHTMLAttributes } from 'react'
import styles from './Button.module.css'

export type ButtonLook = 'primary' | 'quiet' | 'outline' | 'danger' | 'round'

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: ButtonLook
  /** Shows progress and ignores further presses. */
  busy?: boolean
}

/** Button triggers an action; use a link to open another page (see buttonClass). */
export function Button({ look = 'outline', busy = false, type = 'button', className = '', ...rest }: Props) {
  return (
    <button
      {...rest}
      type={type}
      aria-busy={busy || undefined}
      aria-disabled={busy || rest['aria-disabled'] || undefined}
      onClick={busy ? (event) => event.preventDefault() : rest.onClick}
      className={`${buttonClass(look)} ${className}`}
    />
  )
}

/** buttonClass makes a link look like a button. */
export function buttonClass(look: ButtonLook = 'outline') {
  return `${styles.button} ${styles[look]}`
}
