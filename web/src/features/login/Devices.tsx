import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Button } from '@/components/Button'
import { Skeleton } from '@/components/Skeleton'
import { answered, commands, queries, Refused } from '@/lib/api'
import { useLocale } from '@/lib/i18n'
import { formatWhen } from '@/lib/when'
import { deviceName } from './deviceName'
import styles from './Devices.module.css'

const key = ['devices']

/** Devices lists the user's sessions and can end them. */
export function Devices() {
  const { t } = useTranslation('account')
  const locale = useLocale()
  const client = useQueryClient()
  const { data, isError } = useQuery({
    queryKey: key,
    queryFn: async ({ signal }) => (await answered(queries.GET('/api/sessions', { signal }))).data.items,
    retry: false,
  })
  const end = useMutation({
    mutationFn: async (ids: string[]) => {
      for (const id of ids) await endSession(id)
    },
    onSettled: () => client.invalidateQueries({ queryKey: key }),
  })
  const others = data?.filter((device) => !device.current) ?? []
  return (
    <section className={styles.devices} aria-labelledby="devices">
      <h3 id="devices">{t('devices.title')}</h3>
      {(isError || end.isError) && <p role="alert">{t('unreachable')}</p>}
      {!data && !isError && <Skeleton height="3em" />}
      <ul className={styles.list}>
        {data?.map((device) => {
          const name = deviceName(device.agent) || t('devices.unknown')
          return (
            <li key={device.id} className={styles.device}>
              <span className={styles.name}>
                <bdi>{name}</bdi>
                <span className={styles.seen}>
                  {device.current
                    ? t('devices.current')
                    : t('devices.seen', { when: formatWhen(Date.parse(device.seen_at), locale) })}
                </span>
              </span>
              {!device.current && (
                <Button
                  look="quiet"
                  busy={end.isPending}
                  aria-label={t('devices.endOne', { device: name })}
                  onClick={() => end.mutate([device.id])}
                >
                  {t('logout')}
                </Button>
              )}
            </li>
          )
        })}
      </ul>
      {others.length > 1 && (
        <Button look="quiet" busy={end.isPending} onClick={() => end.mutate(others.map(({ id }) => id))}>
          {t('devices.endOthers')}
        </Button>
      )}
    </section>
  )
}

async function endSession(id: string) {
  try {
    await answered(commands.DELETE('/api/sessions/{id}', { params: { path: { id } } }))
  } catch (error) {
    // It has already ended.
    if (!(error instanceof Refused && error.status === 404)) throw error
  }
}
