import { ArrowLeft } from 'lucide-react'
import { useState } from 'react'
import { ButtonLink } from '../ui/link.tsx'
import { usePageTitle } from '../ui/title.ts'
import { Segments } from '../ui/toggles.tsx'
import { Actions } from './actions.tsx'
import { Colours } from './colours.tsx'
import { Data } from './data.tsx'
import { Feedback } from './feedback.tsx'
import { Forms } from './forms.tsx'

type Shown = 'both' | 'light' | 'dark'

/** Every component in its states, in both themes beside each other. */
export function ComponentsPage() {
  const heading = usePageTitle('Components')
  const [shown, setShown] = useState<Shown>('both')
  const themes = shown === 'both' ? (['light', 'dark'] as const) : [shown]
  return (
    <div className="flex min-h-dvh flex-col">
      <header className="sticky top-0 z-20 flex h-14 items-center justify-between gap-4 border-line border-b bg-paper px-4 md:px-8">
        <h1 ref={heading} tabIndex={-1} className="text-lg font-semibold">
          Components
        </h1>
        <div className="flex items-center gap-3">
          <Segments
            label="Themes"
            value={shown}
            onChange={setShown}
            choices={[
              { value: 'both', label: 'Both' },
              { value: 'light', label: 'Light' },
              { value: 'dark', label: 'Dark' },
            ]}
          />
          <ButtonLink to="/" icon={ArrowLeft} className="max-md:hidden">
            Back
          </ButtonLink>
        </div>
      </header>
      <div className={`grid flex-1 ${shown === 'both' ? 'lg:grid-cols-2' : ''}`}>
        {themes.map((theme) => (
          <div key={theme} data-theme={theme} className="min-w-0 bg-paper p-4 text-ink md:p-8">
            <div className="mx-auto flex max-w-[640px] flex-col gap-10">
              <Colours />
              <Actions />
              <Forms />
              <Data />
              <Feedback />
            </div>
          </div>
        ))}
      </div>
    </div>
  )
}
