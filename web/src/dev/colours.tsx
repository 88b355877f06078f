import { Group, Specimen } from './specimen.tsx'

const grounds = [
  ['paper', 'bg-paper'],
  ['surface', 'bg-surface'],
  ['sunken', 'bg-sunken'],
  ['hover', 'bg-hover'],
  ['selected', 'bg-selected'],
  ['inverse', 'bg-inverse'],
] as const

const signals = [
  ['accent', 'bg-accent', 'bg-accent-soft', 'text-accent-text'],
  ['success', 'bg-success', 'bg-success-soft', 'text-success-text'],
  ['warning', 'bg-warning', 'bg-warning-soft', 'text-warning-text'],
  ['danger', 'bg-danger', 'bg-danger-soft', 'text-danger-text'],
  ['info', 'bg-info', 'bg-info-soft', 'text-info-text'],
] as const

export function Colours() {
  return (
    <Group title="Colour and type">
      <Specimen name="Grounds">
        {grounds.map(([name, ground]) => (
          <div key={name} className="flex flex-col gap-1">
            <span className={`block h-10 w-20 rounded-control border border-line-strong ${ground}`} />
            <span className="text-xs text-muted">{name}</span>
          </div>
        ))}
      </Specimen>
      <Specimen name="Signals: solid, soft, text">
        {signals.map(([name, solid, soft, text]) => (
          <div key={name} className="flex items-center gap-2">
            <span className={`block size-6 rounded-control ${solid}`} />
            <span className={`rounded-control px-2 py-1 text-sm ${soft} ${text}`}>{name}</span>
          </div>
        ))}
      </Specimen>
      <Specimen name="Type">
        <div className="flex flex-col gap-1">
          <span className="font-serif text-3xl">Instrument Serif 32, public headings</span>
          <span className="text-xl font-semibold">Geist 20, page titles</span>
          <span>Geist 14, the body of the app</span>
          <span className="text-sm text-muted">Geist 13, muted</span>
          <span className="text-xs text-faint">Geist 12, faint</span>
          <span className="font-mono text-xs">Geist Mono 12, 0199a3e2-7c41</span>
        </div>
      </Specimen>
    </Group>
  )
}
