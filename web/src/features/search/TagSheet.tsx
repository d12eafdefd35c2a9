import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '@/components/Button'
import { Dialog } from '@/components/Dialog'
import type { Tag } from '@/lib/api'
import { useLocale } from '@/lib/i18n'
import { find, tagKey } from '@/lib/words'
import styles from './TagSheet.module.css'

interface Props {
  tags: Tag[]
  /** The keys of the chosen tags. */
  pressed: Set<string>
  onToggle: (name: string) => void
  onClose: () => void
}

/** TagSheet lists all tags with their numbers of recipes; several can be chosen. */
export function TagSheet({ tags, pressed, onToggle, onClose }: Props) {
  const { t } = useTranslation()
  const format = new Intl.NumberFormat(useLocale())
  const [typed, setTyped] = useState('')
  const found = typed.trim() === '' ? tags : matching(tags, typed)
  return (
    <Dialog
      open
      title={t('search.tags')}
      onClose={onClose}
      actions={
        <Button look="primary" onClick={onClose}>
          {t('search.showTagged')}
        </Button>
      }
    >
      <input
        type="search"
        className={styles.find}
        aria-label={t('search.findTag')}
        placeholder={t('search.findTag')}
        autoComplete="off"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
      <ul className={styles.list}>
        {found.map(({ name, count }) => (
          <li key={name}>
            <button
              type="button"
              className={styles.tag}
              aria-pressed={pressed.has(tagKey(name))}
              onClick={() => onToggle(name)}
            >
              <bdi>{name}</bdi>
              <span className={styles.count}>{format.format(count)}</span>
            </button>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p role="status">{t('search.none.title', { q: typed.trim() })}</p>}
    </Dialog>
  )
}

function matching(tags: Tag[], typed: string): Tag[] {
  const items = tags.map((tag) => ({ ...tag, id: tag.name, tags: [] }))
  return find(items, typed).items
}
