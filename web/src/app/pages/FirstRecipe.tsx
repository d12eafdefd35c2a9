import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button, buttonClass } from '@/components/Button'
import { Message } from '@/components/Message'
import type { RecipeInput } from '@/lib/api'
import { newId } from '@/lib/id'
import { send } from '@/lib/outbox'
import { listKey } from '@/lib/recipes'

/** FirstRecipe shows a cook without recipes how to start. */
export function FirstRecipe() {
  const { t } = useTranslation()
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)

  async function addSamples() {
    setBusy(true)
    const { default: lines } = await import('../../../../samples/recipes.jsonl?raw')
    for (const line of lines.trim().split('\n')) {
      const body = JSON.parse(line) as RecipeInput
      await send({ recipe_id: newId(), recipe_name: body.name, kind: 'create', body })
    }
    await client.invalidateQueries({ queryKey: listKey })
  }

  return (
    <Message
      title={t('search.first.title')}
      dish="pot"
      actions={
        <>
          <Link to="/recipes/new" className={buttonClass('primary')}>
            {t('search.first.add')}
          </Link>
          <Link to="/import" className={buttonClass()}>
            {t('search.first.import')}
          </Link>
          <Button busy={busy} onClick={() => void addSamples()}>
            {busy ? t('search.first.adding') : t('search.first.samples')}
          </Button>
        </>
      }
    >
      <p>{t('search.first.text')}</p>
    </Message>
  )
}
