import { useState } from 'react'
import { fullWords, type PlotRow, type PlotSeries, type Step } from './chart-data.ts'

interface ChartKeyProps {
  series: readonly PlotSeries[]
  colours: readonly string[]
  dashes: readonly string[]
}

/** Which line is which. */
export function ChartKey({ series, colours, dashes }: ChartKeyProps) {
  return (
    <span className="flex flex-wrap gap-x-3">
      {series.map(({ key, name }, index) => (
        <span key={key} className="inline-flex items-center gap-1.5">
          <svg width="18" height="4" aria-hidden="true">
            <path
              d="M0 2h18"
              fill="none"
              strokeWidth="2"
              stroke={colours[index % colours.length]}
              strokeDasharray={dashes[index % dashes.length]}
            />
          </svg>
          {name}
        </span>
      ))}
    </span>
  )
}

interface ChartTipProps {
  write: (value: number) => string
  colours: readonly string[]
  step: Step
  /** These three are given by the plot. */
  active?: boolean
  label?: string | number
  payload?: readonly { dataKey?: unknown; name?: unknown; value?: unknown; type?: unknown }[]
}

/** The exact values of the day under the pointer. */
export function ChartTip({ write, colours, step, active, label, payload }: ChartTipProps) {
  const shown = payload?.filter(({ type }) => type !== 'none') ?? []
  if (!active || shown.length === 0) return null
  return (
    <div className="rounded-control bg-inverse px-2.5 py-1.5 text-xs text-inverse-ink shadow-float">
      <p className="opacity-75">{fullWords(String(label), step)}</p>
      {shown.map(({ dataKey, name, value }, index) => (
        <p key={String(dataKey)} className="flex items-center gap-1.5 tabular-nums">
          {shown.length > 1 && (
            <span className="size-2 rounded-full" style={{ background: colours[index % colours.length] }} />
          )}
          {String(name)}: <span className="font-medium">{write(Number(value))}</span>
        </p>
      ))}
    </div>
  )
}

interface ChartTableProps {
  title: string
  unit: string
  series: readonly PlotSeries[]
  rows: readonly PlotRow[]
  write: (value: number) => string
  step: Step
}

/** The same in numbers: always there for screen readers, and for everybody who asks for it. */
export function ChartTable({ title, unit, series, rows, write, step }: ChartTableProps) {
  const [open, setOpen] = useState(false)
  return (
    <div>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="rounded-tag text-xs text-faint underline decoration-line-control underline-offset-3 hover:text-ink max-md:min-h-11"
      >
        {open ? 'Hide the numbers' : 'Show the numbers'}
        <span className="sr-only">: {title}</span>
      </button>
      {/* A region of its own: a table that is only clipped would still make the page longer. */}
      <div className={open ? 'mt-2 max-h-60 overflow-y-auto rounded-control border border-line' : 'sr-only'}>
        <table className="w-full text-left text-sm">
          <caption className="sr-only">
            {title} ({unit})
          </caption>
          <thead>
            <tr className="border-line border-b text-xs text-faint">
              <th scope="col" className="px-3 py-1.5 font-medium">
                {step === 'month' ? 'Month' : 'Day'}
              </th>
              {series.map(({ key, name }) => (
                <th key={key} scope="col" className="px-3 py-1.5 text-right font-medium">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.date}>
                <th scope="row" className="px-3 py-1 font-normal text-muted">
                  {fullWords(row.date, step)}
                </th>
                {series.map(({ key }) => (
                  <td key={key} className="px-3 py-1 text-right">
                    {row[key] === undefined ? '–' : write(Number(row[key]))}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  )
}
