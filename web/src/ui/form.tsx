import { useBlocker } from '@tanstack/react-router'
import { type ComponentProps, type ReactNode, type RefObject, useEffect, useRef, useState } from 'react'
import { ApiProblem, SignedOut, wordsOf } from '../api/problem.ts'
import { Banner } from './banner.tsx'
import { Confirm } from './dialog.tsx'
import { toast } from './toast.tsx'

type Errors<V> = { [K in keyof V]?: string }

interface FormOptions<V> {
  initial: V
  /** What can be told without the server. */
  check?: (values: V) => Errors<V>
  submit: (values: V) => Promise<void>
  /** Of a form that shows what is saved: sending it unchanged says so instead. */
  isRecord?: boolean
  /** Says a refusal better than its detail does, in the place of the general message. */
  words?: (problem: ApiProblem) => ReactNode | undefined
}

export interface Form {
  ref: RefObject<HTMLFormElement | null>
  sending: boolean
  failure: ReactNode
  run: () => void
}

export function useForm<V extends Record<string, unknown>>(options: FormOptions<V>) {
  const [values, setValues] = useState(options.initial)
  const [base, setBase] = useState(options.initial)
  const [errors, setErrors] = useState<Errors<V>>({})
  const [failure, setFailure] = useState<ReactNode>(null)
  const [sending, setSending] = useState(false)
  const [refusals, setRefusals] = useState(0)
  const ref = useRef<HTMLFormElement>(null)
  const alive = useRef(true)

  useEffect(() => {
    alive.current = true
    return () => {
      alive.current = false
    }
  }, [])

  // After the render that shows the errors, so that the field is marked when it takes the focus.
  useEffect(() => {
    if (refusals > 0) ref.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus()
  }, [refusals])

  const dirty = JSON.stringify(values) !== JSON.stringify(base)

  function refuse(next: Errors<V>, general: ReactNode = null) {
    setErrors(next)
    setFailure(general)
    setRefusals((count) => count + 1)
  }

  async function run() {
    if (sending) return
    const found = options.check?.(values) ?? {}
    if (Object.values(found).some(Boolean)) return refuse(found)
    if (options.isRecord && !dirty) return toast.done('Nothing has changed, so there is nothing to save.')
    setErrors({})
    setFailure(null)
    setSending(true)
    try {
      await options.submit(values)
    } catch (error) {
      if (error instanceof SignedOut || !alive.current) return
      const { fields, general } = placed<V>(error, Object.keys(values))
      refuse(fields, (error instanceof ApiProblem && options.words?.(error)) || general)
    } finally {
      if (alive.current) setSending(false)
    }
  }

  return {
    ref,
    values,
    errors,
    failure,
    sending,
    run,
    dirty,
    set<K extends keyof V>(key: K, value: V[K]) {
      setValues((current) => ({ ...current, [key]: value }))
      setErrors((current) => ({ ...current, [key]: undefined }))
    },
    /** Starts over from these values: after saving, or when the record was read again. */
    reset(next: V) {
      setValues(next)
      setBase(next)
      setErrors({})
      setFailure(null)
    },
    /** Everything a text control needs. */
    bind<K extends keyof V & string>(key: K) {
      return {
        name: key,
        value: values[key] as string,
        onChange: (event: { target: { value: string } }) => this.set(key, event.target.value as V[K]),
      }
    },
  }
}

/** The server's complaints about a field go to that field; the rest is said above the button. */
function placed<V>(error: unknown, known: string[]): { fields: Errors<V>; general: ReactNode } {
  if (!(error instanceof ApiProblem)) return { fields: {}, general: wordsOf(error) }
  const fields: Record<string, string> = {}
  const rest: string[] = []
  for (const { field, message } of error.details) {
    const name = field.replace(/^(\/?body[/.])?\/?/, '')
    if (known.includes(name)) fields[name] ??= message
    else rest.push(message)
  }
  const landed = Object.keys(fields).length > 0
  return { fields: fields as Errors<V>, general: landed ? rest.join(' ') || null : error.message }
}

interface FormFrameProps extends Omit<ComponentProps<'form'>, 'onSubmit' | 'ref'> {
  form: Form
}

export function FormFrame({ form, children, ...rest }: FormFrameProps) {
  return (
    <form
      noValidate
      {...rest}
      ref={form.ref}
      onSubmit={(event) => {
        event.preventDefault()
        // A form in a dialog is inside the form of its page, as React sees it.
        event.stopPropagation()
        form.run()
      }}
    >
      {children}
    </form>
  )
}

export function FormFailure({ form }: { form: Form }) {
  if (!form.failure) return null
  return <Banner tone="danger">{form.failure}</Banner>
}

/** Asks before changes are lost to another page, to a reload or to a closed tab. */
export function UnsavedChanges({ when }: { when: boolean }) {
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => when && current.pathname !== next.pathname,
    enableBeforeUnload: () => when,
    withResolver: true,
  })
  return (
    <Confirm
      open={blocker.status === 'blocked'}
      onOpenChange={(open) => !open && blocker.reset?.()}
      title="Leave without saving?"
      consequence="What you changed on this page has not been saved and will be lost."
      action="Leave"
      cancel="Stay"
      danger
      onConfirm={() => blocker.proceed?.()}
    />
  )
}
