import type { Dashboard } from '../billing/contract.ts'
import { inWords } from '../billing/words.ts'
import { Card } from '../ui/card.tsx'
import { Chart } from '../ui/chart.tsx'
import { useLocaleNumber } from '../ui/relative-time.tsx'
import { Stat } from '../ui/stat.tsx'
import { findingOf } from './findings.ts'

const notes: Record<string, string> = {
  projects: 'Of every status',
  active_projects: 'Being worked on',
  active_members: 'Who can sign in',
  people_at_work: 'Did something in 30 days',
}

/** The figures themselves; `totals` is undefined while they load. */
export function DashboardFigures({ data }: { data: Dashboard }) {
  const number = useLocaleNumber()
  const months = data.series.filter(({ interval }) => interval === 'month')
  const days = data.series.filter(({ interval }) => interval === 'day')
  return (
    <div className="flex flex-col gap-6">
      <dl className="grid grid-cols-2 rounded-card border border-line bg-surface md:grid-cols-4 [&>*]:border-line max-md:[&>*:nth-child(even)]:border-l max-md:[&>*:nth-child(n+3)]:border-t md:[&>*:not(:first-child)]:border-l">
        {Object.entries(data.totals).map(([key, value]) => (
          <Stat key={key} label={inWords(key)} value={number(value)} note={notes[key]} />
        ))}
      </dl>
      <div className="grid gap-6 lg:grid-cols-2">
        {months.map((series) => (
          <Card key={series.key}>
            <Chart
              title={findingOf(series)}
              unit={`${inWords(series.unit)} per month`}
              kind="bar"
              step="month"
              series={[series]}
            />
          </Card>
        ))}
      </div>
      {days.map((series) => (
        <Card key={series.key}>
          <Chart
            title={findingOf(series)}
            unit={`${inWords(series.unit)} per day`}
            kind="bar"
            series={[series]}
            height={220}
          />
        </Card>
      ))}
    </div>
  )
}
