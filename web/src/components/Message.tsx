import type { ReactNode } from 'react'
import { Dish, type DishName } from './Dish'
import styles from './Message.module.css'

interface Props {
  title: string
  /** h1 where it stands for the whole page. */
  heading?: 'h1' | 'h2'
  children?: ReactNode
  /** What can be done about it: buttons and links. */
  actions?: ReactNode
  dish?: DishName
  /** An error is read out at once. */
  error?: boolean
}

/** Message stands where something else would be: nothing here yet, nothing found, or it went wrong. */
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
