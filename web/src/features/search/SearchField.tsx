import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from '@/components/Icon'
import { forgetSearches, recentSearches, rememberSearch } from './recent'
import styles from './SearchField.module.css'

interface Props {
  value: string
  onChange: (value: string) => void
  onKeyDown: (event: KeyboardEvent) => void
}

/** SearchField searches while typing. "/" focuses it from anywhere; Escape clears it. */
export function SearchField({ value, onChange, onKeyDown }: Props) {
  const { t } = useTranslation()
  const input = useRef<HTMLInputElement>(null)
  const listId = useId()
  const [focused, setFocused] = useState(false)
  const [recent, setRecent] = useState<string[]>([])

  useEffect(() => {
    const onSlash = (event: globalThis.KeyboardEvent) => {
      const target = event.target as HTMLElement
      const writing = target.closest('input, textarea, select, [contenteditable], dialog')
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || writing) return
      event.preventDefault()
      input.current?.focus()
      input.current?.select()
    }
    addEventListener('keydown', onSlash)
    return () => removeEventListener('keydown', onSlash)
  }, [])

  const offered = focused && value === '' && recent.length > 0
  return (
    <search
      className={styles.search}
      onFocus={() => {
        setFocused(true)
        setRecent(recentSearches())
      }}
      onBlur={(event) => {
        if (event.currentTarget.contains(event.relatedTarget)) return
        setFocused(false)
        rememberSearch(value)
      }}
    >
      <span className={styles.box}>
        <Icon name="search" />
        <input
          ref={input}
          type="search"
          className={styles.input}
          aria-label={t('search.label')}
          placeholder={t('search.placeholder')}
          aria-keyshortcuts="/"
          aria-controls={offered ? listId : undefined}
          autoComplete="off"
          enterKeyHint="search"
          maxLength={200}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape') onChange('')
            else onKeyDown(event)
          }}
        />
        {value === '' ? (
          <kbd className={styles.key}>/</kbd>
        ) : (
          <button
            type="button"
            className={styles.clear}
            aria-label={t('search.clear')}
            onClick={() => {
              onChange('')
              input.current?.focus()
            }}
          >
            <Icon name="close" size={18} />
          </button>
        )}
      </span>
      {offered && (
        <div className={styles.recent} id={listId}>
          <h2 className={styles.heading}>{t('search.recent')}</h2>
          <ul>
            {recent.map((each) => (
              <li key={each}>
                <button type="button" className={styles.again} onClick={() => onChange(each)}>
                  <Icon name="clock" size={18} />
                  {each}
                </button>
              </li>
            ))}
          </ul>
          <button
            type="button"
            className={styles.forget}
            onClick={() => {
              forgetSearches()
              setRecent([])
              input.current?.focus()
            }}
          >
            {t('search.forget')}
          </button>
        </div>
      )}
    </search>
  )
}
