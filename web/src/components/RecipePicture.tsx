import { useState } from 'react'
import { Dish, dishOf } from './Dish'
import styles from './RecipePicture.module.css'

interface Props {
  name: string
  tags: string[]
  /**
   * A photo. Without one, or if it fails to load, a drawing is shown. Its colour is shown while it
   * loads.
   */
  photo?: { src: string; color: string | undefined } | undefined
  eager?: boolean
}

const tones = 6

/** RecipePicture fills its place with the recipe's photo, or with a drawing in its own colour. */
export function RecipePicture({ name, tags, photo, eager = false }: Props) {
  const [lost, setLost] = useState<string>()
  if (photo && photo.src !== lost) {
    const loading = eager ? 'eager' : 'lazy'
    return (
      <img
        className={styles.photo}
        src={photo.src}
        style={{ backgroundColor: photo.color }}
        alt=""
        loading={loading}
        decoding="async"
        onError={() => setLost(photo.src)}
      />
    )
  }
  return (
    <span className={`${styles.drawing} ${styles[`tone${toneOf(name)}`]}`} aria-hidden="true">
      <Dish name={dishOf(name, tags)} />
    </span>
  )
}

// The same name has the same colour on every device.
function toneOf(name: string) {
  let sum = 0
  for (const letter of name) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973
  return sum % tones
}
