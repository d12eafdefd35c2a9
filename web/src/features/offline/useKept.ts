import { useLive } from '@/lib/live'
import { syncedAt, waitingHere, type Waiting } from '@/lib/store'

const nothing: Waiting[] = []

// What is put on a recipe that is being written goes with its save, and is shown there.
const onTheWay = async () => (await waitingHere()).filter((each) => !each.held)

/** useOutbox gives the commands of this page's person that aren't done, in their order. */
export const useOutbox = () => useLive(onTheWay, nothing)

/** useSyncedAt gives when this device last heard that it has all changes, 0 for never. */
export const useSyncedAt = () => useLive(syncedAt, 0)
