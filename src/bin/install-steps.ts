import { installQueueSchema, QUEUE_SCHEMA } from '#jobs'
import type { InstallStep } from '#platform/db/migrations.ts'

/** What is not ours to write in SQL files, but has to be there before one of them. */
export const installSteps: InstallStep[] = [
  { name: `the queue's schema "${QUEUE_SCHEMA}"`, before: 4, install: installQueueSchema },
]
