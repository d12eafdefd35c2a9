import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from '@/components/Icon'
import { tagEnd, tagsIn } from './tags'
import styles from './TagsField.module.css'

interface Props {
  tags: string[]
  /** Typed text that isn't a tag yet. */
  typed: string
  onChange: (tags: string[], typed: string, event?: Event) => void
}

/** TagsField turns typed text into a tag on Enter, on a comma, or on leaving the field. */
export function TagsField({ tags, typed, onChange }: Props) {
  const { t } = useTranslation()
  const id = useId()
  const add = (text: string) => {
    if (text !== '') onChange(tagsIn(text, tags), '')
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
            onClick={() =>
              onChange(
                tags.filter((each) => each !== tag),
                typed,
              )
            }
          >
            {tag}
            <Icon name="close" size={14} />
          </button>
        ))}
        <input
          id={id}
          className={styles.input}
          data-focus="tags"
          dir={typed === '' ? undefined : 'auto'}
          value={typed}
          placeholder={tags.length === 0 ? t('edit.tagsHint') : ''}
          enterKeyHint="done"
          onChange={(event) => {
            const text = event.target.value
            if (tagEnd.test(text)) add(text)
            else onChange(tags, text, event.nativeEvent)
          }}
          onBlur={() => add(typed)}
          onKeyDown={(event) => {
            if (event.nativeEvent.isComposing || event.ctrlKey || event.metaKey) return
            if (event.key === 'Enter') {
              event.preventDefault()
              add(typed)
            } else if (event.key === 'Backspace' && typed === '' && tags.length > 0) {
              onChange(tags.slice(0, -1), '')
            }
          }}
        />
      </div>
    </div>
  )
}
