import styles from './Skeleton.module.css'

/** Skeleton is the shape of what is coming. It says nothing; the page around it says that it loads. */
export function Skeleton({ width = '100%', height = '1em' }: { width?: string; height?: string }) {
  return <span className={styles.skeleton} style={{ width, height }} aria-hidden="true" />
}
