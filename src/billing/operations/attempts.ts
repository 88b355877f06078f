/**
 * Whether somebody is still waiting for Stripe under a key. This process knows of its own; of others one can only say
 * that nobody waits longer than requests do.
 */
const LONGEST_MS = 10_000

const underWay = new Set<string>()
/** Ended here without an answer: whoever comes next need not wait for anybody. */
const leftBehind = new Set<string>()

export function isUnderWay(id: string, begunAt: Date, now: Date): boolean {
  if (underWay.has(id)) return true
  return !leftBehind.has(id) && now.getTime() - begunAt.getTime() < LONGEST_MS
}

/** Runs one attempt under the key that belongs to this id. */
export async function attempt<T>(id: string, work: () => Promise<T>): Promise<T> {
  underWay.add(id)
  try {
    const answer = await work()
    leftBehind.delete(id)
    return answer
  } catch (error) {
    leftBehind.add(id)
    throw error
  } finally {
    underWay.delete(id)
  }
}
