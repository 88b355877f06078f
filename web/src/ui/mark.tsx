import { brand } from '../brand.ts'

export function Mark({ size = 20 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 20 20" fill="currentColor" aria-hidden="true">
      <path d="M2 2h16v3.250H2zM5 6.750h10v6.500H5zM2 14.750h16V18H2z" />
    </svg>
  )
}

export function Wordmark() {
  return (
    <span className="inline-flex items-center gap-2 text-lg font-semibold tracking-tight">
      <Mark />
      {brand.name}
    </span>
  )
}
