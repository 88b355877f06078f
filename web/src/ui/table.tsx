import clsx from 'clsx'
import { ArrowDown, ArrowUp, ChevronLeft, ChevronRight } from 'lucide-react'
import type { ReactNode } from 'react'
import { IconButton } from './button.tsx'
import { useLocaleNumber } from './relative-time.tsx'
import { Skeleton } from './skeleton.tsx'

export interface Column<T> {
  key: string
  head: string
  /** Read out, not shown: for a column of buttons. */
  hideHead?: boolean
  /** The name the server sorts by. */
  sort?: string
  /** Left out on a phone, where the first column says it in a second line. */
  wide?: boolean
  align?: 'end'
  className?: string
  cell: (row: T) => ReactNode
}

interface TableProps<T> {
  /** Read out before the table. */
  caption: string
  columns: readonly Column<T>[]
  /** Undefined while they load: the columns are there already, so that nothing moves when the rows come. */
  rows: readonly T[] | undefined
  /** How many rows to show while they load. */
  expected?: number
  /** Rows of two lines. */
  tall?: boolean
  rowKey: (row: T) => string
  /** As in the URL: `name` or `-name`. */
  sort?: string | undefined
  onSort?: (sort: string) => void
  dim?: boolean
}

export function Table<T>(props: TableProps<T>) {
  const { caption, columns, rows, rowKey, sort, onSort, dim, expected = 8, tall } = props
  const rowClass = tall ? 'h-row-tall' : 'h-row'
  return (
    <table
      aria-busy={rows === undefined || undefined}
      className={clsx('w-full border-collapse text-left transition-opacity', dim && 'opacity-60')}
    >
      <caption className="sr-only">{caption}</caption>
      <thead>
        <tr className="border-line border-b">
          {columns.map((column) => (
            <Head key={column.key} column={column} sort={sort} onSort={onSort} />
          ))}
        </tr>
      </thead>
      <tbody className="divide-y divide-line">
        {rows === undefined && <WaitingRows columns={columns} count={expected} className={rowClass} />}
        {rows?.map((row) => (
          <tr key={rowKey(row)} className={clsx('group transition-colors hover:bg-paper', rowClass)}>
            {columns.map((column) => (
              <td
                key={column.key}
                className={clsx(
                  'px-2 py-1 first:pl-4 last:pr-4',
                  column.align === 'end' && 'text-right',
                  column.wide && 'max-md:hidden',
                  column.className,
                )}
              >
                {column.cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const widths = ['w-2/5', 'w-1/3', 'w-1/2']

interface WaitingRowsProps<T> {
  columns: readonly Column<T>[]
  count: number
  className: string
}

function WaitingRows<T>({ columns, count, className }: WaitingRowsProps<T>) {
  return Array.from({ length: count }, (_, row) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike
    <tr key={row} className={className}>
      {columns.map((column, at) => (
        <td key={column.key} className={clsx('px-2 first:pl-4 last:pr-4', column.wide && 'max-md:hidden')}>
          {!column.hideHead && <Skeleton className={clsx('h-3', at === 0 ? widths[row % widths.length] : 'w-16')} />}
          {row === 0 && at === 0 && <span className="sr-only">Loading</span>}
        </td>
      ))}
    </tr>
  ))
}

interface HeadProps<T> {
  column: Column<T>
  sort: string | undefined
  onSort: ((sort: string) => void) | undefined
}

function Head<T>({ column, sort, onSort }: HeadProps<T>) {
  const rising = sort === column.sort
  const falling = sort === `-${column.sort}`
  const active = column.sort !== undefined && (rising || falling)
  const Arrow = falling ? ArrowDown : ArrowUp
  return (
    <th
      scope="col"
      aria-sort={active ? (rising ? 'ascending' : 'descending') : undefined}
      className={clsx(
        'h-9 whitespace-nowrap px-2 text-xs font-medium text-faint! first:pl-4 last:pr-4',
        column.align === 'end' && 'text-right',
        column.wide && 'max-md:hidden',
        column.className,
      )}
    >
      {column.sort && onSort ? (
        <button
          type="button"
          onClick={() => onSort(rising ? `-${column.sort}` : (column.sort ?? ''))}
          className={clsx(
            '-mx-1 inline-flex h-7 items-center gap-1 rounded-tag px-1 hover:text-ink max-md:h-11',
            active && 'text-ink',
          )}
        >
          {column.head}
          <Arrow size={12} className={clsx(!active && 'opacity-0')} aria-hidden="true" />
        </button>
      ) : (
        <span className={clsx(column.hideHead && 'sr-only')}>{column.head}</span>
      )}
    </th>
  )
}

interface PaginationProps {
  page: number
  pages: number
  perPage: number
  total: number
  /** "projects" */
  noun: string
  onPage: (page: number) => void
}

export function Pagination({ page, pages, perPage, total, noun, onPage }: PaginationProps) {
  const number = useLocaleNumber()
  const first = (page - 1) * perPage + 1
  const last = Math.min(total, page * perPage)
  return (
    <nav aria-label={`Pages of ${noun}`} className="flex w-full items-center justify-between gap-3 text-sm text-muted">
      <span className="tabular-nums">
        {pages > 1 ? `${number(first)}–${number(last)} of ${number(total)} ${noun}` : `${number(total)} ${noun}`}
      </span>
      {pages > 1 && (
        <span className="-my-1 flex items-center gap-1">
          <IconButton icon={ChevronLeft} label="Previous page" disabled={page <= 1} onClick={() => onPage(page - 1)} />
          <span className="px-1 tabular-nums">
            {number(page)} / {number(pages)}
          </span>
          <IconButton icon={ChevronRight} label="Next page" disabled={page >= pages} onClick={() => onPage(page + 1)} />
        </span>
      )}
    </nav>
  )
}
