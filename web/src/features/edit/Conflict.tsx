import { useTranslation } from 'react-i18next'
import { Button } from '@/components/Button'
import { Dialog } from '@/components/Dialog'
import type { Recipe, RecipeInput } from '@/lib/api'
import { differences } from './form'
import styles from './Conflict.module.css'

interface Props {
  mine: RecipeInput
  theirs: Recipe
  onMine: () => void
  onTheirs: () => void
  onEdit: () => void
}

/** Conflict shows this cook's text beside what another device has saved, and lets them choose. */
export function Conflict({ mine, theirs, onMine, onTheirs, onEdit }: Props) {
  const { t } = useTranslation()
  return (
    <Dialog
      open
      wide
      onClose={onEdit}
      title={t('edit.conflict.title')}
      actions={
        <>
          <Button onClick={onEdit}>{t('edit.conflict.edit')}</Button>
          <Button onClick={onTheirs}>{t('edit.conflict.takeTheirs')}</Button>
          <Button look="primary" onClick={onMine}>
            {t('edit.conflict.takeMine')}
          </Button>
        </>
      }
    >
      <p>{t('edit.conflict.text')}</p>
      <table className={styles.table}>
        <thead>
          <tr>
            <td />
            <th scope="col">{t('edit.conflict.mine')}</th>
            <th scope="col">{t('edit.conflict.theirs')}</th>
          </tr>
        </thead>
        <tbody>
          {differences(mine, theirs).map((each) => (
            <tr key={each.part}>
              <th scope="row">{t(`parts.${each.part}`)}</th>
              <td dir="auto">{each.mine || '–'}</td>
              <td dir="auto">{each.theirs || '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Dialog>
  )
}
