import { useQueries } from '@tanstack/react-query'
import { diffArrays, diffWordsWithSpace } from 'diff'
import { useTranslation } from 'react-i18next'
import { Skeleton } from '@/components/Skeleton'
import type { Recipe, RecipeInput } from '@/lib/api'
import { parts, partsOf } from '@/lib/parts'
import { versionQuery } from '@/lib/versions'
import styles from './Changes.module.css'
import './words'

/** Changes shows what one version changed in the one before it, word by word. */
export function Changes({ id, from, to }: { id: string; from: number; to: number }) {
  const { t } = useTranslation(['history', 'translation'])
  const [before, after] = useQueries({ queries: [versionQuery(id, from), versionQuery(id, to)] })
  if (before.error ?? after.error) return <p role="alert">{t('failed.text')}</p>
  if (!before.data || !after.data) return <Skeleton height="4em" />
  const [was, is] = [partsOf(asInput(before.data)), partsOf(asInput(after.data))]
  const changed = parts.filter((part) => was[part] !== is[part])
  if (changed.length === 0) return <p className={styles.none}>{t('none.text')}</p>
  return (
    <dl className={styles.changes}>
      {changed.map((part) => (
        <div key={part} className={styles.part}>
          <dt>{t(`translation:parts.${part}`)}</dt>
          <dd dir="auto">
            <Lines was={was[part]} is={is[part]} />
          </dd>
        </div>
      ))}
    </dl>
  )
}

const asInput = (recipe: Recipe) => recipe as RecipeInput

// Lines that are gone and lines that came in their place are compared word by word; lines that are
// the same are left out, since a long recipe has many.
function Lines({ was, is }: { was: string; is: string }) {
  const runs = diffArrays(was.split('\n'), is.split('\n'))
  return runs.map((run, i) => {
    const next = runs[i + 1]
    if (run.removed && next?.added) return <Paired key={i} was={run.value} is={next.value} />
    if (run.added && runs[i - 1]?.removed) return null
    if (run.added) return run.value.map((line, n) => <Line key={`${i} ${n}`} was="" is={line} />)
    if (run.removed) return run.value.map((line, n) => <Line key={`${i} ${n}`} was={line} is="" />)
    return null
  })
}

function Paired({ was, is }: { was: string[]; is: string[] }) {
  return Array.from({ length: Math.max(was.length, is.length) }, (_, n) => (
    <Line key={n} was={was[n] ?? ''} is={is[n] ?? ''} />
  ))
}

function Line({ was, is }: { was: string; is: string }) {
  if (was === '' && is === '') return null
  return (
    <p className={styles.line}>
      {diffWordsWithSpace(was, is).map(({ value, added, removed }, i) =>
        added ? (
          <ins key={i}>{value}</ins>
        ) : removed ? (
          <del key={i}>{value}</del>
        ) : (
          <span key={i}>{value}</span>
        ),
      )}
    </p>
  )
}
