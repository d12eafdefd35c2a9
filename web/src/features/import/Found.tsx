import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '@/components/Button'
import { IngredientLine } from '@/components/IngredientLine'
import { SafeLink } from '@/components/SafeLink'
import type { RecipeInput } from '@/lib/api'
import { send } from '@/lib/outbox'
import { fetchRecipe, showKept } from '@/lib/recipes'
import { bySection } from '@/lib/sections'
import styles from './Import.module.css'
import type { Then } from './ImportPage'
import { begin, type Duplicates, type FoundRecipe, type ImportPreview, type Material } from '@/lib/imports'

interface Props {
  material: Material
  /** Missing for a file that is too large to be looked into first. */
  preview: ImportPreview | undefined
  onBegun: (id: string, then: Then | undefined) => void
  onReplaced: (recipe: string) => void
  onSkip: () => void
}

/** Found shows what was understood, and keeps it if the cook wants that. */
export function Found({ material, preview, onBegun, onReplaced, onSkip }: Props) {
  const { t } = useTranslation('import')
  const client = useQueryClient()
  const [part, setPart] = useState(0)
  const heading = useRef<HTMLHeadingElement>(null)
  const [duplicates, setDuplicates] = useState<Duplicates>('skip')
  const { recipes, failed, more } = preview ?? { recipes: [], failed: [], more: true }
  const only = recipes.length === 1 && !more ? recipes[0] : undefined
  const known = only ? only.duplicates : recipes.flatMap((each) => each.duplicates.slice(0, 1))
  useEffect(() => heading.current?.focus(), [])

  const keep = useMutation({
    mutationFn: async (then: Then | undefined) => {
      const id = await begin(material, only ? 'keep' : duplicates, setPart)
      onBegun(id, only && then)
    },
  })
  const replace = useMutation({
    mutationFn: async ({ id, by }: { id: string; by: FoundRecipe }) => {
      const old = await fetchRecipe(id, new AbortController().signal)
      const body = inputOf(by)
      const outcome = await send({
        recipe_id: id,
        recipe_name: body.name,
        kind: 'replace',
        base: old.version,
        body,
      })
      await showKept(client, id, outcome.state === 'done' ? 'server' : 'device')
      onReplaced(id)
    },
  })
  const busy = keep.isPending || replace.isPending
  const failure = keep.error ?? replace.error
  return (
    <section className={styles.found} aria-labelledby="found">
      <h2 id="found" ref={heading} tabIndex={-1}>
        {preview ? t(recipes.length > 0 ? 'found' : 'nothing', { count: recipes.length }) : t('large')}
      </h2>
      {!preview && <p>{t('largeText')}</p>}
      {preview && !only && <Summary of={preview} known={known.length} />}
      {recipes.slice(0, shown).map((each, i) => (
        <FoundOne key={i} found={each} open={recipes.length === 1} />
      ))}
      {recipes.length > shown && (
        <p className={styles.soft}>{t('more', { count: recipes.length - shown })}</p>
      )}
      {failed.slice(0, shown).map((each, i) => (
        <p key={i} className={styles.failure}>
          <bdi>{each.name || each.place}</bdi>: {each.reason}
        </p>
      ))}
      {failed.length > shown && <p className={styles.soft}>{t('more', { count: failed.length - shown })}</p>}
      {only && known.length > 0 && (
        <div className={styles.known} role="status">
          <p>{t('known')}</p>
          <ul>
            {known.map((id) => (
              <li key={id} className={styles.actions}>
                <Link to="/recipes/$id" params={{ id }}>
                  {t('showKnown')}
                </Link>
                <Button busy={busy} onClick={() => replace.mutate({ id, by: only })}>
                  {t('replace')}
                </Button>
              </li>
            ))}
          </ul>
        </div>
      )}
      {!only && (known.length > 0 || more) && (
        <fieldset className={styles.known}>
          <legend>{t('duplicates.ask')}</legend>
          {choices.map((each) => (
            <label key={each} className={styles.choice}>
              <input
                type="radio"
                name="duplicates"
                checked={duplicates === each}
                onChange={() => setDuplicates(each)}
              />
              {t(`duplicates.${each}`)}
            </label>
          ))}
        </fieldset>
      )}
      {keep.isPending && part > 0 && part < 1 && (
        <p role="status">{t('sending', { part: Math.round(part * 100) })}</p>
      )}
      {failure && (
        <p role="alert" className={styles.failure}>
          {t('notKept')} {failure.message}
        </p>
      )}
      <div className={styles.actions}>
        {(recipes.length > 0 || !preview) && (
          <Button look="primary" busy={busy} onClick={() => keep.mutate('open')}>
            {only ? (known.length > 0 ? t('keepBoth') : t('keep')) : t('bringIn')}
          </Button>
        )}
        {only && (
          <Button busy={busy} onClick={() => keep.mutate('edit')}>
            {t('keepAndEdit')}
          </Button>
        )}
        <Button look="quiet" onClick={onSkip}>
          {t('skip')}
        </Button>
      </div>
    </section>
  )
}

const choices: Duplicates[] = ['skip', 'replace', 'keep']

/** How a collection looks: what is there already, what to check, and what can't be read. */
function Summary({ of, known }: { of: ImportPreview; known: number }) {
  const { t } = useTranslation('import')
  const doubtful = of.recipes.filter((each) => each.doubts.length > 0).length
  const parts = [
    known > 0 && t('hereAlready', { count: known }),
    doubtful > 0 && t('doubtful', { count: doubtful }),
    of.failed.length > 0 && t('failedCount', { count: of.failed.length }),
    of.more && t('andMore'),
  ].filter(Boolean)
  return parts.length > 0 && <p>{parts.join(' · ')}</p>
}

/** How many recipes are shown; more are a collection, which nobody reads through. */
const shown = 20

function FoundOne({ found, open }: { found: FoundRecipe; open: boolean }) {
  const { t } = useTranslation('import')
  const { t: common } = useTranslation()
  const { recipe, doubts } = found
  const facts = [
    recipe.yield || (recipe.servings && t('servings', { count: recipe.servings })),
    recipe.prep_minutes && t('prep', { count: recipe.prep_minutes }),
    recipe.cook_minutes && t('cook', { count: recipe.cook_minutes }),
    !recipe.prep_minutes &&
      !recipe.cook_minutes &&
      recipe.total_minutes &&
      t('total', { count: recipe.total_minutes }),
    recipe.author,
  ].filter(Boolean)
  return (
    <details className={styles.one} open={open}>
      <summary className={styles.summary}>
        <bdi className={styles.recipeName}>{recipe.name || found.place}</bdi>
        {doubts.length > 0 && (
          <span className={styles.doubtful}>{t('doubts', { count: doubts.length })}</span>
        )}
      </summary>
      {doubts.length > 0 && (
        <ul className={styles.doubts}>
          {doubts.map((each, i) => (
            <li key={i}>
              {each.why}
              {each.text && (
                <>
                  : <bdi>{each.text}</bdi>
                </>
              )}
            </li>
          ))}
        </ul>
      )}
      {facts.length > 0 && <p className={styles.soft}>{facts.join(' · ')}</p>}
      {recipe.image_url && <p className={styles.soft}>{t('picture')}</p>}
      {recipe.description && <p dir="auto">{recipe.description}</p>}
      {bySection(recipe.ingredients).map((section) => (
        <div key={section.at}>
          <h3>{section.name || common('recipe.ingredients')}</h3>
          <ul className={styles.rows}>
            {section.rows.map(({ row }, i) => (
              <li key={i} dir="auto">
                <IngredientLine row={row} />
              </li>
            ))}
          </ul>
        </div>
      ))}
      {bySection(recipe.steps).map((section) => (
        <div key={section.at}>
          <h3>{section.name || common('recipe.steps')}</h3>
          <ol className={styles.steps}>
            {section.rows.map(({ row }, i) => (
              <li key={i} dir="auto">
                {row.text}
              </li>
            ))}
          </ol>
        </div>
      ))}
      {recipe.notes && <p dir="auto">{recipe.notes}</p>}
      {recipe.source_url && (
        <p className={styles.soft}>
          <SafeLink href={recipe.source_url} />
        </p>
      )}
    </details>
  )
}

// What a recipe has no field for stays behind.
function inputOf({ recipe }: FoundRecipe): RecipeInput {
  const { name, description, servings, prep_minutes, cook_minutes, total_minutes } = recipe
  const { ingredients, steps, notes, tags, source_url, author, language } = recipe
  return {
    ...{ name, description, servings, yield: recipe.yield, prep_minutes, cook_minutes, total_minutes },
    ...{ ingredients, steps, notes, tags, source_url, author, language },
  }
}
