import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '@/components/Button'
import { Dialog } from '@/components/Dialog'
import { FileChooser } from '@/components/FileChooser'
import rows from '@/components/FileRow.module.css'
import { Icon } from '@/components/Icon'
import { useAddFiles } from '@/components/useAddFiles'
import { WaitingFileRow } from '@/components/WaitingFileRow'
import type { Recipe } from '@/lib/api'
import { addressOf, openedAt, type RecipeFile } from '@/lib/files'
import { formatSize } from '@/lib/fileSize'
import { useLocale } from '@/lib/i18n'
import styles from './Files.module.css'
import { useFilesOnTheWay, useRemoveFile } from './useFiles'

/** Files lists a recipe's files: view, open, add with progress, remove. */
export function Files({ recipe }: { recipe: Recipe }) {
  const { t } = useTranslation()
  const heading = useId()
  const waiting = useFilesOnTheWay(recipe.id)
  const add = useAddFiles(recipe.id)
  const remove = useRemoveFile(recipe.id)
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
        {waiting.map((each) => (
          <WaitingFileRow key={each.seq} waiting={each} mark={t('files.waits')} />
        ))}
      </ul>
      <div className={styles.actions}>
        <FileChooser label={t('files.add')} icon="clip" multiple onFiles={add} />
        <FileChooser label={t('files.photo')} icon="camera" camera onFiles={add} />
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
    <li className={rows.row}>
      <span className={rows.thumb}>
        {picture ? <img src={picture} alt="" loading="lazy" decoding="async" /> : <Icon name="clip" />}
      </span>
      <a
        className={rows.name}
        href={openedAt(file)}
        target="_blank"
        rel="noreferrer"
        aria-label={t('files.open', { name: file.name })}
        dir="auto"
      >
        {file.name}
      </a>
      <span className={rows.size}>{formatSize(file.size, locale)}</span>
      <Button look="round" aria-label={t('files.remove', { name: file.name })} onClick={onRemove}>
        <Icon name="trash" />
      </Button>
    </li>
  )
}
