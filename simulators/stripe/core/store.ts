/** The objects in tables, the due list and the counters, each change written down in the journal. */
import type { Kinds } from '../objects.ts'
import type { Due, Kind, Stored, Table } from '../world.ts'
import type { Journal } from './journal.ts'

/** Due on a test clock, or on the account's. Equal moments run in the order in which they were scheduled. */
export interface DueEntry extends Due {
  readonly clock: string | null
  readonly sequence: number
}

/** All of it as plain JSON. */
export interface StoreContent {
  tables: Record<string, object[]>
  removed: string[]
  due: DueEntry[]
  counters: Record<string, number>
}

type Rows = Map<string, object>

/** Meter events have no id but their identifier. */
const keyOf = (object: object): string => {
  const { id, identifier } = object as { id?: string; identifier?: string }
  return id ?? identifier ?? ''
}

const dueKey = (kind: string, subject: string) => `${kind} ${subject}`

export class Store {
  readonly #journal: Journal
  readonly #tables = new Map<string, Rows>()
  readonly #removed = new Set<string>()
  readonly #due = new Map<string, DueEntry>()
  readonly #counters = new Map<string, number>()

  constructor(journal: Journal) {
    this.#journal = journal
  }

  #rows(kind: string): Rows {
    const known = this.#tables.get(kind)
    if (known) return known
    const rows: Rows = new Map()
    this.#tables.set(kind, rows)
    return rows
  }

  table<K extends Kind>(kind: K): Table<Stored<K>> {
    const rows = this.#rows(kind) as Map<string, Stored<K>>
    return {
      get: (id) => rows.get(id),
      all: () => rows.values(),
      find: (matches) => {
        for (const object of rows.values()) if (matches(object)) return object
        return undefined
      },
      filter: (matches) => [...rows.values()].filter(matches),
    }
  }

  put<K extends Kind>(kind: K, object: Kinds[K]): void {
    const [rows, key] = [this.#rows(kind), keyOf(object)]
    if (!key) throw new Error(`a ${kind} without an id`)
    const before = rows.get(key)
    this.#journal.record(() => (before ? rows.set(key, before) : rows.delete(key)))
    rows.set(key, object)
  }

  remove(kind: Kind, id: string): void {
    const rows = this.#rows(kind)
    const [before, tombstone] = [[...rows], `${kind} ${id}`]
    this.#journal.record(() => {
      rows.clear()
      for (const [key, object] of before) rows.set(key, object)
      this.#removed.delete(tombstone)
    })
    rows.delete(id)
    this.#removed.add(tombstone)
  }

  wasRemoved = (kind: string, id: string): boolean => this.#removed.has(`${kind} ${id}`)

  schedule({ kind, subject, at }: Due, clock: string | null): void {
    this.#setDue(dueKey(kind, subject), { kind, subject, at, clock, sequence: this.next('due') })
  }

  unschedule(kind: string, subject: string): void {
    this.#setDue(dueKey(kind, subject), undefined)
  }

  #setDue(key: string, entry: DueEntry | undefined): void {
    const before = this.#due.get(key)
    const put = (value: DueEntry | undefined) => (value ? this.#due.set(key, value) : this.#due.delete(key))
    this.#journal.record(() => put(before))
    put(entry)
  }

  /** What is due first on a clock. */
  firstDue(clock: string | null): DueEntry | undefined {
    let first: DueEntry | undefined
    for (const entry of this.#due.values()) {
      if (entry.clock !== clock) continue
      if (!first || entry.at < first.at || (entry.at === first.at && entry.sequence < first.sequence)) first = entry
    }
    return first
  }

  next(counter: string): number {
    const before = this.#counters.get(counter) ?? 0
    this.#journal.record(() => this.#counters.set(counter, before))
    this.#counters.set(counter, before + 1)
    return before + 1
  }

  content(): StoreContent {
    return {
      tables: Object.fromEntries([...this.#tables].map(([kind, rows]) => [kind, [...rows.values()]])),
      removed: [...this.#removed],
      due: [...this.#due.values()],
      counters: Object.fromEntries(this.#counters),
    }
  }

  restore({ tables, removed, due, counters }: StoreContent): void {
    for (const [kind, objects] of Object.entries(tables)) {
      const rows = this.#rows(kind)
      for (const object of objects) rows.set(keyOf(object), object)
    }
    for (const tombstone of removed) this.#removed.add(tombstone)
    for (const entry of due) this.#due.set(dueKey(entry.kind, entry.subject), entry)
    for (const [counter, value] of Object.entries(counters)) this.#counters.set(counter, value)
  }

  /** How many objects of each kind there are. */
  counts(): Record<string, number> {
    return Object.fromEntries([...this.#tables].map(([kind, rows]) => [kind, rows.size]))
  }
}
