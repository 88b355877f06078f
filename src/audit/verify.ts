/** Walks a tenant's chain from its beginning to its head and names the first place where it is broken. */
import type { Tx } from '#platform/db/database.ts'
import { type ChainLink, findBeyondHead, findHead, hasHash, readLinks } from './queries.ts'

export interface ChainFault {
  /** Place in the chain, from 1. */
  seq: number
  /** Of the row, unless it is gone. */
  id: string | null
  /**
   * `changed`: what the row says is not what was recorded. `missing`: the row is gone. `moved`: another row stands in its
   * place. `truncated`: the chain ends before its head. `added`: the row was not recorded in the chain.
   */
  reason: 'changed' | 'missing' | 'moved' | 'truncated' | 'added'
}

export type Verification =
  /** `head` is the hash of the last event: kept elsewhere, it proves even against the owner of the database. */
  { valid: true; checked: number; head: string | null } | { valid: false; checked: number; broken: ChainFault }

const BATCH = 2_000

export async function verifyChain(tx: Tx, { tenantId }: { tenantId: string }): Promise<Verification> {
  const head = await findHead(tx, tenantId)
  let checked = 0
  const broken = (seq: number, id: string | null, reason: ChainFault['reason']): Verification => ({
    valid: false,
    checked,
    broken: { seq, id, reason },
  })

  if (head) {
    let last: Pick<ChainLink, 'seq' | 'hash'> & { id: string | null } = {
      seq: head.base_seq,
      hash: head.base_hash,
      id: null,
    }
    // Events that are recorded meanwhile lie beyond the head that was read, and are left for the next time.
    while (last.seq < head.seq) {
      const links = await readLinks(tx, tenantId, { after: last.seq, to: head.seq, limit: BATCH })
      if (links.length === 0) return broken(last.seq + 1, null, 'truncated')
      for (const link of links) {
        if (link.seq !== last.seq + 1) return broken(last.seq + 1, null, 'missing')
        const linked = link.prev_hash === last.hash
        if (!link.sound) {
          const moved = !linked && (await hasHash(tx, tenantId, link.prev_hash))
          return broken(link.seq, link.id, moved ? 'moved' : 'changed')
        }
        // This row is as it was recorded and remembers another predecessor: that one was rewritten, with its hash.
        if (!linked)
          return last.id === null ? broken(link.seq, link.id, 'changed') : broken(last.seq, last.id, 'changed')
        last = link
        checked++
      }
    }
    if (last.hash !== head.hash) return broken(last.seq, last.id, 'changed')
  }
  const beyond = await findBeyondHead(tx, tenantId)
  if (beyond) return broken(beyond.seq, beyond.id, 'added')
  return { valid: true, checked, head: head?.hash ?? null }
}
