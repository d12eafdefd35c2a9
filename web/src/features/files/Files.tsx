import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button, buttonClass } from '@/components/Button'
import { Dialog } from '@/components/Dialog'
import { Icon } from '@/components/Icon'
import type { Recipe } from '@/lib/api'
import { addressOf, openedAt, type RecipeFile } from '@/lib/files'
import { useLocale } from '@/lib/i18n'
import { numberFormat } from '@/lib/numberFormat'
import styles from './Files.module.css'
import { useFiles } from './useFiles'

/** Files are those of a recipe: seen, opened, added with progress, removed. */
export function Files({ recipe }: { recipe: Recipe }) {
  const { t } = useTranslation()
  const heading = useId()
  const { sending, add, remove } = useFiles(recipe.id)
  const [unsure, setUnsure] = useState<RecipeFile>()
  const confirm = () => {
    if (unsure) void remove(unsure)
    setUnsure(undefined)
  }
  return (
    <section className={styles.files} aria-labelledby={heading}>
      <h2 id={heading} className={styles.heading}>
        {t('files.title')}
      </h2>
      <ul className={styles.list}>
        {recipe.files.map((file) => (
          <Attached key={file.id} file={file} onRemove={() => setUnsure(file)} />
        ))}
        {sending.map((each) => (
          <li key={each.id} className={styles.row}>
            <span className={styles.thumb}>
              <Icon name="clip" />
            </span>
            <span className={styles.name} dir="auto">
              {each.name}
            </span>
            <progress
              className={styles.progress}
              value={each.part}
              max={1}
              aria-label={t('files.sending', { name: each.name })}
            />
          </li>
        ))}
      </ul>
      <div className={styles.actions}>
        <Chooser label={t('files.add')} icon="clip" multiple onFiles={add} />
        <Chooser label={t('files.photo')} icon="camera" camera onFiles={add} />
      </div>
      <Dialog
        open={unsure !== undefined}
        title={t('files.sureTitle', { name: unsure?.name ?? '' })}
        onClose={() => setUnsure(undefined)}
        actions={
          <Button look="danger" onClick={confirm}>
            {t('files.sure')}
          </Button>
        }
      >
        <p dir="auto">{unsure?.name}</p>
      </Dialog>
    </section>
  )
}

function Attached({ file, onRemove }: { file: RecipeFile; onRemove: () => void }) {
  const { t } = useTranslation()
  const locale = useLocale()
  const picture = addressOf(file, 240)
  return (
    <li className={styles.row}>
      <span className={styles.thumb}>
        {picture ? <img src={picture} alt="" loading="lazy" decoding="async" /> : <Icon name="clip" />}
      </span>
      <a
        className={styles.name}
        href={openedAt(file)}
        target="_blank"
        rel="noreferrer"
        aria-label={t('files.open', { name: file.name })}
        dir="auto"
      >
        {file.name}
      </a>
      <span className={styles.size}>{sizeIn(locale, file.size)}</span>
      <Button look="round" aria-label={t('files.remove', { name: file.name })} onClick={onRemove}>
        <Icon name="trash" />
      </Button>
    </li>
  )
}

function sizeIn(locale: string, bytes: number) {
  const [value, unit] = bytes < 1e6 ? [bytes / 1e3, 'kilobyte'] : [bytes / 1e6, 'megabyte']
  const style = { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 1 } as const
  return numberFormat(locale, style).format(value)
}

interface ChooserProps {
  label: string
  icon: 'clip' | 'camera'
  multiple?: boolean
  camera?: boolean
  onFiles: (files: File[]) => void
}

// The field is there for the keyboard and for a screen reader; what is seen is its label.
function Chooser({ label, icon, multiple = false, camera = false, onFiles }: ChooserProps) {
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
          event.target.value = '' // the same file may be chosen again
        }}
      />
    </label>
  )
}
