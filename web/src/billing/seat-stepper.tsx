import { Minus, Plus } from 'lucide-react'
import { useEffect, useState } from 'react'
import { IconButton } from '../ui/button.tsx'
import { useField } from '../ui/field.tsx'
import { controlClass } from '../ui/input.tsx'

interface SeatStepperProps {
  value: number
  min: number
  max: number | null
  onChange: (value: number) => void
}

/** A number of seats, by buttons, arrow keys or typing. */
export function SeatStepper({ value, min, max, onChange }: SeatStepperProps) {
  const [text, setText] = useState(String(value))
  useEffect(() => setText(String(value)), [value])
  const most = max ?? 100_000
  const held = (next: number) => Math.min(most, Math.max(min, next))

  function settle() {
    const typed = Number.parseInt(text, 10)
    const next = Number.isNaN(typed) ? value : held(typed)
    setText(String(next))
    if (next !== value) onChange(next)
  }

  return (
    <div className="inline-flex items-center gap-1">
      <IconButton
        icon={Minus}
        label="One seat fewer"
        disabled={value <= min}
        onClick={() => onChange(held(value - 1))}
      />
      <input
        {...useField()}
        inputMode="numeric"
        autoComplete="off"
        value={text}
        onChange={(event) => setText(event.target.value.replace(/\D/g, '').slice(0, 6))}
        onBlur={settle}
        onKeyDown={(event) => {
          if (event.key === 'Enter') settle()
          else if (event.key === 'ArrowUp') onChange(held(value + 1))
          else if (event.key === 'ArrowDown') onChange(held(value - 1))
          else return
          event.preventDefault()
        }}
        className={`${controlClass} h-control w-16! text-center tabular-nums`}
      />
      <IconButton
        icon={Plus}
        label="One seat more"
        disabled={value >= most}
        onClick={() => onChange(held(value + 1))}
      />
    </div>
  )
}
