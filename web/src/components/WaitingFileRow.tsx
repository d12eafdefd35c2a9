import { useTranslation } from 'react-i18next'
import { formatSize } from '@/lib/fileSize'
import { useLocale } from '@/lib/i18n'
import { usePart } from '@/lib/sending'
import { dropFile, useFileAddress, type WaitingFile } from '@/lib/waitingFiles'
import { Button } from './Button'
import styles from './FileRow.module.css'
import { Icon } from './Icon'

/**
 * WaitingFileRow is a file not uploaded yet: it can be viewed and removed, and shows the upload's
 * progress.
 */
export function WaitingFileRow({ waiting, mark }: { waiting: WaitingFile; mark?: string }) {
  const { t } = useTranslation()
  const locale = useLocale()
  const part = usePart(waiting.seq)
  const address = useFileAddress(waiting.file)
  const { name, size } = waiting.file
  return (
    <li className={styles.row}>
      <span className={styles.thumb}>
        <Icon name="clip" />
        {/* If this browser can't draw it, the clip icon remains. */}
        {address && <img src={address} alt="" onError={(event) => event.currentTarget.remove()} />}
      </span>
      <span className={styles.name}>
        <bdi>{name}</bdi>
        {waiting.refused && <small className={styles.refused}>{waiting.refused}</small>}
      </span>
      {part !== undefined ? (
        <progress
          className={styles.progress}
          value={part}
          max={1}
          aria-label={t('files.sending', { name })}
        />
      ) : (
        <>
          <span className={styles.size}>
            {formatSize(size, locale)}
            {!waiting.refused && mark && <span className={styles.mark}>{mark}</span>}
          </span>
          <Button
            look="round"
            aria-label={t('files.remove', { name })}
            onClick={() => void dropFile(waiting.seq)}
          >
            <Icon name="trash" />
          </Button>
        </>
      )}
    </li>
  )
}
