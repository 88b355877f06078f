import { useState } from 'react'
import { Avatar } from '../ui/avatar.tsx'
import { Badge, type Tone } from '../ui/badge.tsx'
import { Card } from '../ui/card.tsx'
import { Chart } from '../ui/chart.tsx'
import { CopyId } from '../ui/copy-id.tsx'
import { Meter } from '../ui/meter.tsx'
import { LocalDate, RelativeTime } from '../ui/relative-time.tsx'
import { Stat } from '../ui/stat.tsx'
import { type Column, Pagination, Table } from '../ui/table.tsx'
import { Group, Specimen } from './specimen.tsx'

interface Row {
  name: string
  count: number
}

const rows: Row[] = [
  { name: 'Harbour warehouse', count: 1204 },
  { name: 'Spring catalogue', count: 96 },
  { name: 'Customer portal', count: 7 },
]

const columns: Column<Row>[] = [
  { key: 'name', head: 'Name', sort: 'name', cell: (row) => row.name },
  { key: 'count', head: 'Files', sort: 'count', align: 'end', cell: (row) => row.count.toLocaleString() },
]

const plotted = [
  { key: 'files', name: 'Files', of: [12, 20, 26, 31, 44, 52, 60] },
  { key: 'folders', name: 'Folders', of: [4, 6, 9, 9, 12, 15, 18] },
].map(({ of, ...series }) => ({ ...series, points: of.map((value, day) => ({ date: `2026-03-0${day + 1}`, value })) }))

const tones: Tone[] = ['neutral', 'accent', 'success', 'warning', 'danger', 'info']
const names = ['Olivia Marsh', 'Arun Patel', 'Mina Okafor', 'Victor Lindqvist', 'Greta Hoffmann']

export function Data() {
  const [sort, setSort] = useState('name')
  const [page, setPage] = useState(2)
  const field = sort.replace('-', '') as keyof Row
  const sorted = rows.toSorted((a, b) => (a[field] < b[field] ? -1 : 1) * (sort.startsWith('-') ? -1 : 1))
  return (
    <Group title="Data">
      <Card
        flush
        title="Table"
        foot={<Pagination page={page} pages={9} perPage={20} total={176} noun="projects" onPage={setPage} />}
      >
        <Table
          caption="Example"
          columns={columns}
          rows={sorted}
          rowKey={(row) => row.name}
          sort={sort}
          onSort={setSort}
        />
      </Card>
      <Specimen name="Badge">
        {tones.map((tone) => (
          <Badge key={tone} tone={tone} dot>
            {tone}
          </Badge>
        ))}
        <Badge>without a dot</Badge>
      </Specimen>
      <Specimen name="Avatar">
        {names.map((name) => (
          <Avatar key={name} name={name} />
        ))}
        <Avatar name="Acme" shape="organisation" />
        <Avatar name="Globex" shape="organisation" size="large" />
        <Avatar name="Mina Okafor" size="large" />
        <Avatar name="Mina Okafor" size="small" />
      </Specimen>
      <dl className="grid grid-cols-3 divide-x divide-line rounded-card border border-line bg-surface">
        <Stat label="Members" value="24" note="Active" />
        <Stat label="Loading" value={undefined} />
        <Stat label="Projects" value="1,204" note="3 more this week" />
      </dl>
      <Card title="Chart">
        <div className="flex flex-col gap-8">
          <Chart
            title="Files grew to 60 while folders stayed below 20"
            unit="Files and folders"
            series={plotted}
            limit={{ value: 80, label: 'Limit 80' }}
          />
          <Chart title="Nothing was deleted" unit="Files per day" kind="bar" series={[]} height={80} />
        </div>
      </Card>
      <div className="grid gap-4 md:grid-cols-3">
        <Meter label="Seats" used={4} limit={10} />
        <Meter label="Projects" used={21} limit={25} />
        <Meter label="Storage, GB" used={5} limit={5} />
      </div>
      <Specimen name="CopyId, RelativeTime, LocalDate">
        <CopyId id="0199a3e2-7c41-7b3e-9d52-1f0c6a8e4b77" label="id" />
        <CopyId id="0199a3e2-7c41-7b3e-9d52-1f0c6a8e4b77" label="id" short />
        <RelativeTime at={new Date(Date.now() - 7_200_000).toISOString()} />
        <LocalDate at="2026-03-14T09:26:53Z" />
      </Specimen>
    </Group>
  )
}
