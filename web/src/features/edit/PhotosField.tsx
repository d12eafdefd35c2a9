import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { FileChooser } from '@/components/FileChooser'
import { useAddFiles } from '@/components/useAddFiles'
import { WaitingFileRow } from '@/components/WaitingFileRow'
import type { WaitingFile } from '@/lib/waitingFiles'
import styles from './PhotosField.module.css'

interface Props {
  recipe: string
  files: WaitingFile[]
}

/** PhotosField adds photos and files that are sent with the recipe's save. */
export function PhotosField({ recipe, files }: Props) {
  const { t } = useTranslation()
  const id = useId()
  const add = useAddFiles(recipe, true)
  return (
    <section aria-labelledby={id}>
      <h2 id={id} className={styles.label}>
        {t('edit.photos')}
      </h2>
      {files.length > 0 && (
        <>
          <ul className={styles.list}>
            {files.map((each) => (
              <WaitingFileRow key={each.seq} waiting={each} />
            ))}
          </ul>
          <p className={styles.hint}>{t('edit.photosHint')}</p>
        </>
      )}
      <div className={styles.actions}>
        <FileChooser label={t('files.add')} icon="clip" multiple onFiles={add} />
        <FileChooser label={t('files.photo')} icon="camera" camera onFiles={add} />
      </div>
    </section>
  )
}
