import { List, Table2 } from 'lucide-react'
import { useState } from 'react'
import type { Role } from '../api/contract.ts'
import { roleChoices } from '../tenants/roles.ts'
import { Field } from '../ui/field.tsx'
import { Input, SearchInput, Textarea } from '../ui/input.tsx'
import { PasswordInput } from '../ui/password-input.tsx'
import { Select } from '../ui/select.tsx'
import { Checkbox, Segments, Switch } from '../ui/toggles.tsx'
import { Group } from './specimen.tsx'

export function Forms() {
  const [text, setText] = useState('Harbour warehouse')
  const [password, setPassword] = useState('copper window')
  const [role, setRole] = useState<Role>('member')
  const [search, setSearch] = useState('')
  const [isOn, setOn] = useState(true)
  const [view, setView] = useState<'list' | 'table'>('list')
  return (
    <Group title="Forms">
      <div className="grid gap-5 md:grid-cols-2">
        <Field label="Input" hint="A hint stands below.">
          <Input value={text} onChange={(event) => setText(event.target.value)} />
        </Field>
        <Field label="With an error" error="An error takes the place of the hint.">
          <Input value={text} onChange={(event) => setText(event.target.value)} />
        </Field>
        <Field label="Placeholder" aside="Optional">
          <Input placeholder="ada@example.com" />
        </Field>
        <Field label="Read only">
          <Input value="owner@acme.test" readOnly />
        </Field>
        <Field label="Disabled">
          <Input value="Not now" disabled />
        </Field>
        <Field label="Password">
          <PasswordInput value={password} onChange={(event) => setPassword(event.target.value)} showStrength />
        </Field>
        <Field label="Select">
          <Select value={role} onChange={setRole} choices={roleChoices} />
        </Field>
        <Field label="Select, disabled">
          <Select value={role} onChange={setRole} choices={roleChoices} disabled />
        </Field>
        <Field label="Textarea">
          <Textarea rows={3} placeholder="What it is for" />
        </Field>
        <div className="flex flex-col gap-4">
          <SearchInput label="Search" value={search} onSearch={setSearch} />
          <Select
            look="quiet"
            label="Role"
            value={role}
            onChange={setRole}
            choices={roleChoices}
            className="self-start"
          />
          <Segments
            label="View"
            value={view}
            onChange={setView}
            choices={[
              { value: 'list', label: 'List', icon: List },
              { value: 'table', label: 'Table', icon: Table2 },
            ]}
          />
        </div>
        <Checkbox label="Checkbox" hint="With a hint of its own." checked={isOn} onChange={setOn} />
        <Checkbox label="Checkbox, disabled" checked={false} onChange={setOn} disabled />
        <Switch label="Switch" hint="Takes effect at once." checked={isOn} onChange={setOn} />
        <Switch label="Switch, disabled" checked={false} onChange={setOn} disabled />
      </div>
    </Group>
  )
}
