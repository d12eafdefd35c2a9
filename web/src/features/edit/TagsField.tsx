import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from '@/components/Icon'
import { fold } from '@/lib/words'
import styles from './TagsField.module.css'

/** TagsField makes a tag of what is typed at Enter, a comma, or leaving the field. */
export function TagsField({ tags, onChange }: { tags: string[]; onChange: (tags: string[]) => void }) {
  const { t } = useTranslation()
  const id = useId()
  const [typed, setTyped] = useState('')

  function add(text: string) {
    const next = [...tags]
    for (const each of text.split(/[,،;\n]/)) {
      const tag = each.trim().slice(0, 50)
      if (tag !== '' && !next.some((known) => fold(known) === fold(tag))) next.push(tag)
    }
    setTyped('')
    if (next.length > tags.length) onChange(next)
  }

  return (
    <div>
      <label className={styles.label} htmlFor={id}>
        {t('recipe.tags')}
      </label>
      <div className={styles.box}>
        {tags.map((tag) => (
          <button
            key={tag}
            type="button"
            className={styles.tag}
            aria-label={t('edit.remove', { what: tag })}
            onClick={() => onChange(tags.filter((each) => each !== tag))}
          >
            {tag}
            <Icon name="close" size={14} />
          </button>
        ))}
        <input
          id={id}
          className={styles.input}
          value={typed}
          placeholder={tags.length === 0 ? t('edit.tagsHint') : ''}
          enterKeyHint="done"
          onChange={(event) =>
            /[,،;]/.test(event.target.value) ? add(event.target.value) : setTyped(event.target.value)
          }
          onBlur={() => add(typed)}
          onKeyDown={(event) => {
            if (event.nativeEvent.isComposing) return
            if (event.key === 'Enter') {
              event.preventDefault()
              add(typed)
            } else if (event.key === 'Backspace' && typed === '') {
              onChange(tags.slice(0, -1))
            }
          }}
        />
      </div>
    </div>
  )
}
