import { Ellipsis, Plus, Search } from 'lucide-react'
import type { Project } from '../api/contract.ts'
import { places } from '../frame/navigation.ts'
import { StatusBadge } from '../projects/status.tsx'
import { Avatar } from '../ui/avatar.tsx'
import { buttonClass } from '../ui/button.tsx'

const rows: Pick<Project, 'name' | 'description' | 'status'>[] = [
  { name: 'Harbour warehouse', description: 'New racking and the cold store, floor by floor', status: 'active' },
  { name: 'Spring catalogue', description: 'Copy, photographs and print run', status: 'active' },
  { name: 'Customer portal', description: 'Orders and invoices without a phone call', status: 'active' },
  { name: 'Supplier audit', description: 'Twelve visits, one report each', status: 'paused' },
  { name: 'Office move', description: 'Done in March; kept for the contracts', status: 'archived' },
]

/** The product itself, drawn by its own components with a little of its own data, and out of reach of the keyboard. */
export function ProductView() {
  return (
    <div
      aria-hidden="true"
      inert
      className="flex select-none overflow-hidden rounded-card border border-line-strong bg-paper shadow-float"
    >
      <div className="flex w-[208px] shrink-0 flex-col gap-3 border-line border-r bg-sunken p-3 max-md:hidden">
        <div className="flex items-center gap-2.5 px-1 py-1">
          <Avatar name="Acme" shape="organisation" />
          <span className="text-base font-semibold leading-tight">
            Acme
            <span className="block text-xs font-normal text-faint">Owner</span>
          </span>
        </div>
        <div className="flex flex-col gap-0.5">
          {places.map(({ label, icon: Icon }) => (
            <span
              key={label}
              className={`flex h-8 items-center gap-2.5 rounded-control px-2 font-medium ${label === 'Projects' ? 'bg-selected' : 'text-muted'}`}
            >
              <Icon size={16} className={label === 'Projects' ? 'text-accent-text' : ''} />
              {label}
            </span>
          ))}
        </div>
      </div>
      <div className="min-w-0 flex-1 p-4 md:p-7">
        <div className="flex items-start justify-between gap-4">
          <div>
            <div className="text-xl font-semibold tracking-tight">Projects</div>
            <div className="mt-1 text-muted max-md:hidden">The work of your organisation, in one list.</div>
          </div>
          <span className={buttonClass('primary')}>
            <Plus size={15} />
            New project
          </span>
        </div>
        <div className="mt-5 flex h-8 max-w-64 items-center gap-2 rounded-control border border-line-control bg-surface px-2.5 text-faint">
          <Search size={15} />
          Search projects
        </div>
        <div className="mt-3 divide-y divide-line rounded-card border border-line bg-surface">
          {rows.map((project) => (
            <div key={project.name} className="flex h-11 items-center gap-3 px-4">
              <span className="font-medium max-md:min-w-0 max-md:truncate md:shrink-0">{project.name}</span>
              <span className="min-w-0 flex-1 truncate text-faint">
                <span className="max-md:hidden">{project.description}</span>
              </span>
              <StatusBadge status={project.status} />
              <Ellipsis size={16} className="text-faint max-md:hidden" />
            </div>
          ))}
        </div>
      </div>
    </div>
  )
}
