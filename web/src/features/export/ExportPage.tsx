import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { buttonClass } from '@/components/Button'
import { useOnline } from '@/lib/network'
import styles from './ExportPage.module.css'

const formats = ['pdf', 'json-ld', 'paprika', 'cooklang', 'larder'] as const

/** ExportPage downloads all of the cook's recipes, in a format of their choice. */
export function ExportPage() {
  const { t } = useTranslation()
  const online = useOnline()
  useEffect(() => {
    document.title = `${t('export.title')} · Larder`
  }, [t])
  return (
    <div className={styles.page}>
      <h1 className={styles.title}>{t('export.title')}</h1>
      <p>{t('export.text')}</p>
      {!online && <p role="status">{t('export.offline')}</p>}
      <ul className={styles.formats}>
        {formats.map((format) => (
          <li key={format} className={styles.format}>
            <div className={styles.about}>
              <h2 className={styles.name}>{t(`export.${format}.name`)}</h2>
              <p>{t(`export.${format}.text`)}</p>
            </div>
            {/* The server streams the file and names it, so the browser downloads it. */}
            <a
              href={`/api/export?format=${format}`}
              download
              className={buttonClass('outline')}
              aria-label={t('export.downloadIn', { format: t(`export.${format}.name`) })}
            >
              {t('export.download')}
            </a>
          </li>
        ))}
      </ul>
      <p className={styles.note}>{t('export.note')}</p>
    </div>
  )
}
