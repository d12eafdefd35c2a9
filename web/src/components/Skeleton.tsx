import styles from './Skeleton.module.css'

/**
 * Skeleton is a placeholder's shape. It is silent; the page around it announces that it is loading.
 */
export function Skeleton({ width = '100%', height = '1em' }: { width?: string; height?: string }) {
  return <span className={styles.skeleton} style={{ width, height }} aria-hidden="true" />
}
