import { buttonClass } from './Button'
import styles from './FileChooser.module.css'
import { Icon } from './Icon'

interface Props {
  label: string
  icon: 'clip' | 'camera'
  multiple?: boolean
  camera?: boolean
  onFiles: (files: File[]) => void
}

/**
 * FileChooser asks for files. The input serves keyboards and screen readers; only its label is
 * visible.
 */
export function FileChooser({ label, icon, multiple = false, camera = false, onFiles }: Props) {
  return (
    <label className={`${buttonClass('outline')} ${styles.chooser} ${camera ? styles.camera : ''}`}>
      <Icon name={icon} />
      {label}
      <input
        type="file"
        className="visually-hidden"
        multiple={multiple}
        {...(camera && { accept: 'image/*', capture: 'environment' as const })}
        onChange={(event) => {
          onFiles([...(event.target.files ?? [])])
          event.target.value = '' // allow choosing the same file again
        }}
      />
    </label>
  )
}
