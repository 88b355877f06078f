import { Archive, Ellipsis, Pencil, Plus, Settings, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { Button, IconButton } from '../ui/button.tsx'
import { Confirm, Dialog, DialogBody, DialogFoot, Sheet } from '../ui/dialog.tsx'
import { Kbd } from '../ui/kbd.tsx'
import { ButtonLink, Link, PlainLink } from '../ui/link.tsx'
import { Menu, MenuItem, MenuLabel, MenuLine, Popover } from '../ui/menu.tsx'
import { Tab, Tabs } from '../ui/tabs.tsx'
import { Tooltip } from '../ui/tooltip.tsx'
import { Group, Specimen } from './specimen.tsx'

export function Actions() {
  const [open, setOpen] = useState<'dialog' | 'confirm' | 'sheet' | null>(null)
  const [tab, setTab] = useState<'one' | 'two'>('one')
  const openWhen = (which: typeof open) => (next: boolean) => setOpen(next ? which : null)
  return (
    <Group title="Actions and navigation">
      <Specimen name="Button">
        <Button look="primary" icon={Plus}>
          Primary
        </Button>
        <Button icon={Pencil}>Secondary</Button>
        <Button look="quiet">Quiet</Button>
        <Button look="danger">Danger</Button>
        <Button look="danger-quiet">Danger, quiet</Button>
      </Specimen>
      <Specimen name="Button: pending and disabled">
        <Button look="primary" pending>
          Saving
        </Button>
        <Button pending>Sending</Button>
        <Button look="primary" disabled>
          Disabled
        </Button>
        <Button disabled>Disabled</Button>
      </Specimen>
      <Specimen name="IconButton, Tooltip, Kbd">
        <IconButton icon={Settings} label="Settings" />
        <IconButton icon={Settings} label="Settings, not allowed" disabled />
        <Tooltip text="A word of explanation">
          <Button>Hover or focus</Button>
        </Tooltip>
        <span className="flex gap-1">
          <Kbd>Ctrl</Kbd>
          <Kbd>K</Kbd>
        </span>
      </Specimen>
      <Specimen name="Link">
        <Link to="/">Inside the app</Link>
        <PlainLink href="/docs">Outside the app</PlainLink>
        <ButtonLink to="/" look="primary">
          A link that looks like a button
        </ButtonLink>
      </Specimen>
      <Specimen name="Menu, Popover, Dialog, Confirm, Sheet">
        <Menu trigger={<IconButton icon={Ellipsis} label="Actions" />}>
          <MenuLabel>Harbour warehouse</MenuLabel>
          <MenuItem icon={Pencil} onSelect={() => undefined}>
            Edit
          </MenuItem>
          <MenuItem icon={Archive} checked onSelect={() => undefined}>
            Archive
          </MenuItem>
          <MenuItem icon={Archive} disabled onSelect={() => undefined}>
            Not allowed
          </MenuItem>
          <MenuLine />
          <MenuItem icon={Trash2} danger onSelect={() => undefined}>
            Delete
          </MenuItem>
        </Menu>
        <Popover label="About" trigger={<Button>Popover</Button>}>
          A small panel for what does not need a dialog.
        </Popover>
        <Button onClick={() => setOpen('dialog')}>Dialog</Button>
        <Button onClick={() => setOpen('confirm')}>Confirm</Button>
        <Button onClick={() => setOpen('sheet')}>Sheet</Button>
      </Specimen>
      <Dialog
        open={open === 'dialog'}
        onOpenChange={openWhen('dialog')}
        title="A dialog"
        description="It traps the focus and gives it back."
      >
        <DialogBody>Its body scrolls when it is long.</DialogBody>
        <DialogFoot>
          <Button onClick={() => setOpen(null)}>Cancel</Button>
          <Button look="primary" onClick={() => setOpen(null)}>
            Save
          </Button>
        </DialogFoot>
      </Dialog>
      <Confirm
        open={open === 'confirm'}
        onOpenChange={openWhen('confirm')}
        title="Delete Harbour warehouse?"
        consequence="It disappears for everybody and cannot be brought back."
        action="Delete project"
        danger
        onConfirm={() => setOpen(null)}
      />
      <Sheet open={open === 'sheet'} onOpenChange={openWhen('sheet')} title="A sheet">
        <p className="p-4">The navigation on a phone.</p>
      </Sheet>
      <Specimen name="Tabs">
        <div className="w-full">
          <Tabs
            label="Example"
            value={tab}
            onChange={setTab}
            tabs={[
              { value: 'one', label: 'Members' },
              { value: 'two', label: 'Invitations', count: 3 },
            ]}
          >
            <Tab value="one">The first.</Tab>
            <Tab value="two">The second.</Tab>
          </Tabs>
        </div>
      </Specimen>
    </Group>
  )
}
