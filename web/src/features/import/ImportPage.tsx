import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '@/components/Button'
import { FileChooser } from '@/components/FileChooser'
import { TextArea } from '@/components/TextArea'
import { useLocale } from '@/lib/i18n'
import { useOnline } from '@/lib/network'
import { formatWhen } from '@/lib/when'
import { Found } from './Found'
import styles from './Import.module.css'
import { importsQuery, preview, type Import, type ImportPreview, type Material } from '@/lib/imports'
import { bookmarkFor, isTooLarge, materialOf, pageIn, sharedText, type Shared } from './material'
import './words'

/** What becomes of the recipe once an import has added it. */
export type Then = 'open' | 'edit'

interface Props {
  shared: Shared
  onBegun: (id: string, then: Then | undefined) => void
  onReplaced: (recipe: string) => void
}

/**
 * ImportPage brings recipes from an address, a text or a file. It shows what was understood before
 * anything is kept. A whole collection becomes an import, which can be undone.
 */
export function ImportPage({ shared, onBegun, onReplaced }: Props) {
  const { t } = useTranslation('import')
  const online = useOnline()
  const [pasted, setPasted] = useState(() => sharedText(shared))
  const [part, setPart] = useState(0)
  const [found, setFound] = useState<{ material: Material; preview: ImportPreview | undefined }>()
  const look = useMutation({
    mutationFn: async (material: Material) => {
      setFound(undefined)
      setPart(0)
      const large = 'file' in material && isTooLarge(material.file)
      setFound({ material, preview: large ? undefined : await preview(material, setPart) })
    },
  })
  useEffect(() => {
    document.title = `${t('title')} · Larder`
  }, [t])
  useSentAtOnce(shared, look.mutate)

  const material = materialOf(pasted)
  return (
    <div className={styles.page}>
      <h1 className={styles.title}>{t('title')}</h1>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault()
          if (material) look.mutate(material)
        }}
      >
        <TextArea
          label={t('pasted')}
          placeholder={t('example')}
          value={pasted}
          onChange={(event) => setPasted(event.target.value)}
        />
        <div className={styles.actions}>
          <Button look="primary" type="submit" busy={look.isPending} disabled={!material || !online}>
            {t('look')}
          </Button>
          <FileChooser
            label={t('file')}
            icon="clip"
            onFiles={([file]) => file && !look.isPending && look.mutate({ file })}
          />
        </div>
        <p className={styles.soft}>{t('kinds')}</p>
      </form>
      <div role="status">
        {!online && <p>{t('offline')}</p>}
        {look.isPending && (
          <p>{part > 0 && part < 1 ? t('sending', { part: Math.round(part * 100) }) : t('looking')}</p>
        )}
      </div>
      {look.error && (
        <p role="alert" className={styles.failure}>
          {t('failed')} {look.error.message}
        </p>
      )}
      {found && (
        <Found
          {...found}
          onBegun={onBegun}
          onReplaced={onReplaced}
          onSkip={() => {
            setFound(undefined)
            setPasted('')
          }}
        />
      )}
      <Earlier />
      <Bookmark />
    </div>
  )
}

// What another app shared is looked at without another press; the bookmark's page comes in the
// address, which is cleared, or going back would send it again.
function useSentAtOnce(shared: Shared, look: (material: Material) => void) {
  const sent = useRef(false)
  useEffect(() => {
    if (sent.current) return
    sent.current = true
    const { hash } = location
    pageIn(hash).then(
      (html) => {
        const material = html
          ? { html, ...(shared.url && { url: shared.url }) }
          : materialOf(sharedText(shared))
        if (html) history.replaceState(history.state, '', location.pathname)
        if (material) look(material)
      },
      () => undefined, // somebody else's address
    )
  }, [shared, look])
}

function Earlier() {
  const { t } = useTranslation('import')
  const locale = useLocale()
  const { data } = useQuery(importsQuery)
  if (!data || data.length === 0) return null
  return (
    <section className={styles.earlier} aria-labelledby="earlier">
      <h2 id="earlier">{t('earlier')}</h2>
      <ul className={styles.list}>
        {data.map((each) => (
          <li key={each.id}>
            <Link to="/imports/$id" params={{ id: each.id }} className={styles.row}>
              <bdi className={styles.name}>{nameOf(each) || t('pastedText')}</bdi>
              <span className={styles.soft}>
                {t(`state.${each.state}`)} · {formatWhen(Date.parse(each.requested_at), locale)}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** nameOf returns the file or address of an import; '' for a pasted text. */
export const nameOf = ({ source }: Import) => source.name || source.url

function Bookmark() {
  const { t } = useTranslation('import')
  const link = useRef<HTMLAnchorElement>(null)
  // React refuses such addresses, and our policy keeps this page from running one; a bookmark may.
  useEffect(() => link.current?.setAttribute('href', bookmarkFor(location.origin)), [])
  return (
    <section className={styles.bookmark} aria-labelledby="bookmark">
      <h2 id="bookmark">{t('bookmark.title')}</h2>
      <p>{t('bookmark.text')}</p>
      <p>
        <a ref={link} href="#bookmark" className={styles.drag}>
          {t('bookmark.name')}
        </a>
      </p>
    </section>
  )
}
