import type { ReactNode } from 'react'
import { Dish, type DishName } from './Dish'
import styles from './Message.module.css'

interface Props {
  title: string
  /** h1 if it replaces the whole page. */
  heading?: 'h1' | 'h2'
  children?: ReactNode
  /** Buttons and links to resolve it. */
  actions?: ReactNode
  dish?: DishName
  /** Screen readers announce an error at once. */
  error?: boolean
}

/** Message replaces missing content: nothing here yet, nothing found, or an error. */
export function Message({
  title,
  heading: Heading = 'h2',
  children,
  actions,
  dish = 'bowl',
  error = false,
}: Props) {
  return (
    <section className={styles.message} role={error ? 'alert' : undefined}>
      <div className={styles.picture}>
        <Dish name={dish} />
      </div>
      <Heading className={styles.title}>{title}</Heading>
      {children && <div className={styles.text}>{children}</div>}
      {actions && <div className={styles.actions}>{actions}</div>}
    </section>
  )
}
