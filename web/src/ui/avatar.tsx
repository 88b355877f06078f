import clsx from 'clsx'

const sizes = { small: 'size-5 text-[10px]', medium: 'size-7 text-xs', large: 'size-10 text-base' }

interface AvatarProps {
  name: string
  size?: keyof typeof sizes
  /** A person is a circle, an organisation a stone. */
  shape?: 'person' | 'organisation'
}

export function initialsOf(name: string): string {
  const words = name
    .replace(/@.*$/, '')
    .split(/[\s._-]+/)
    .filter(Boolean)
  const first = words[0]?.[0] ?? '?'
  const last = words.length > 1 ? (words.at(-1)?.[0] ?? '') : ''
  return (first + last).toUpperCase()
}

// Seven hues at one lightness and chroma, so that no name shouts.
const hues = [30, 75, 130, 185, 235, 285, 340]

function hueOf(name: string): number {
  let sum = 0
  for (const character of name) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) >>> 0
  return hues[sum % hues.length] ?? 185
}

export function Avatar({ name, size = 'medium', shape = 'person' }: AvatarProps) {
  return (
    <span
      aria-hidden="true"
      style={{ '--hue': hueOf(name) } as React.CSSProperties}
      className={clsx(
        'inline-flex shrink-0 select-none items-center justify-center font-medium tracking-tight',
        shape === 'person' ? 'avatar-soft rounded-full' : 'avatar-solid rounded-control',
        sizes[size],
      )}
    >
      {shape === 'person' ? initialsOf(name) : (initialsOf(name)[0] ?? '?')}
    </span>
  )
}
