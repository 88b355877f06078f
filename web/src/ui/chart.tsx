import {
  Area,
  Bar,
  CartesianGrid,
  ComposedChart,
  Line,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts'
import { axisWords, compact, largestOf, type PlotSeries, rowsOf, type Step, ticksUpTo } from './chart-data.ts'
import { ChartKey, ChartTable, ChartTip } from './chart-parts.tsx'

interface ChartProps {
  /** The finding, as a sentence: what somebody should see. */
  title: string
  /** What is counted, at the vertical axis. */
  unit: string
  series: readonly PlotSeries[]
  /** Lines for what there is, bars for what happens each day. */
  kind?: 'line' | 'bar'
  limit?: { value: number; label: string } | undefined
  write?: (value: number) => string
  height?: number
  /** How far apart the points are. */
  step?: Step
}

const tick = { fill: 'var(--ink-faint)', fontSize: 12 }
const colours = ['var(--accent)', 'var(--plot-2)', 'var(--plot-3)']
// Not by colour alone.
const dashes = ['', '6 3', '2 3']

export function Chart(props: ChartProps) {
  const { title, unit, series, kind = 'line', limit, write = compact, height = 200, step = 'day' } = props
  const rows = rowsOf(series)
  const isSingle = rows.length === 1
  const largest = largestOf(rows, series)
  // A limit far above what is used would press the plot to the ground.
  const shownLimit = limit && limit.value <= largest * 3 ? limit : undefined
  const ticks = ticksUpTo(Math.max(largest, shownLimit?.value ?? 0))
  return (
    <figure className="flex min-w-0 flex-col gap-3">
      <figcaption>
        <h3 className="text-pretty text-base font-medium">{title}</h3>
        <div className="mt-0.5 flex flex-wrap items-center justify-between gap-x-4 text-xs text-faint">
          <span>{unit}</span>
          {series.length > 1 && <ChartKey series={series} colours={colours} dashes={dashes} />}
        </div>
      </figcaption>
      {largest === 0 ? (
        <p
          style={{ height }}
          className="flex items-center justify-center rounded-control border border-line border-dashed text-sm text-faint max-md:max-h-24"
        >
          Nothing yet in this time
        </p>
      ) : (
        <div aria-hidden="true" className="-ml-1">
          <ResponsiveContainer width="100%" height={height} minWidth={0}>
            <ComposedChart data={rows} margin={{ top: 8, right: 8, bottom: 0, left: 0 }} accessibilityLayer={false}>
              <CartesianGrid vertical={false} stroke="var(--line)" />
              <XAxis
                dataKey="date"
                tickFormatter={(date: string) => axisWords(date, step)}
                tick={tick}
                tickLine={false}
                axisLine={{ stroke: 'var(--line-strong)' }}
                minTickGap={36}
                tickMargin={6}
              />
              <YAxis
                width="auto"
                tickFormatter={write}
                tick={tick}
                tickLine={false}
                axisLine={false}
                ticks={ticks}
                domain={[0, ticks.at(-1) ?? 1]}
              />
              <Tooltip
                isAnimationActive={false}
                cursor={kind === 'bar' ? false : { stroke: 'var(--line-control)' }}
                content={<ChartTip write={write} colours={colours} step={step} />}
              />
              {shownLimit && (
                <ReferenceLine
                  y={shownLimit.value}
                  stroke="var(--danger)"
                  strokeDasharray="4 4"
                  label={{
                    value: shownLimit.label,
                    position: 'insideTopRight',
                    fill: 'var(--danger-text)',
                    fontSize: 12,
                  }}
                />
              )}
              {series.length === 1 && kind === 'line' && (
                <Area
                  dataKey={series[0]?.key as string}
                  stroke="none"
                  fill="var(--accent)"
                  fillOpacity={0.1}
                  isAnimationActive={false}
                  tooltipType="none"
                />
              )}
              {series.map(({ key, name }, index) =>
                kind === 'bar' ? (
                  <Bar
                    key={key}
                    dataKey={key}
                    name={name}
                    fill={colours[index % colours.length] as string}
                    activeBar={{ fillOpacity: 0.75 }}
                    radius={[2, 2, 0, 0]}
                    maxBarSize={28}
                    isAnimationActive={false}
                  />
                ) : (
                  <Line
                    key={key}
                    dataKey={key}
                    name={name}
                    type="linear"
                    stroke={colours[index % colours.length] as string}
                    strokeDasharray={dashes[index % dashes.length] as string}
                    strokeWidth={1.75}
                    dot={isSingle}
                    isAnimationActive={false}
                  />
                ),
              )}
            </ComposedChart>
          </ResponsiveContainer>
        </div>
      )}
      <ChartTable title={title} unit={unit} series={series} rows={rows} write={write} step={step} />
    </figure>
  )
}
