import { useLive } from '@/lib/live'
import { syncedAt, waitingHere, type Waiting } from '@/lib/store'

const nothing: Waiting[] = []

// Files added while editing are sent with the recipe's save, and shown there.
const onTheWay = async () => (await waitingHere()).filter((each) => !each.held)

/** useOutbox returns this page's user's unfinished commands, in order. */
export const useOutbox = () => useLive(onTheWay, nothing)

/** useSyncedAt returns when this device last knew it had all changes, 0 for never. */
export const useSyncedAt = () => useLive(syncedAt, 0)
