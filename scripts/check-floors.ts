/**
 * Imports run down. A module imports only what stands on a lower floor, through its door, types included; no file
 * imports itself in a circle. The doors are the `imports` of package.json.
 */
import { existsSync } from 'node:fs'
import { join, posix } from 'node:path'
import { type Finding, report } from './findings.ts'
import { filesOf, type Import, importsOf, isTest, parse, ROOT, read } from './source.ts'

/** The house from the roof to the ground. What stands on one floor does not see each other. */
export const floors: readonly (readonly string[])[] = [
  ['bin'],
  ['app.ts', 'worker.ts', 'services.ts'],
  ['demo'],
  ['projects', 'analytics', 'billing', 'files', 'webhooks', 'ai', 'admin'],
  ['tenants'],
  ['auth'],
  ['audit', 'email'],
  ['jobs', 'access'],
  ['platform'],
]

export interface Arrow {
  readonly from: string
  readonly to: string
  readonly line: number
}

export interface Floors {
  files: string[]
  arrows: Arrow[]
  up: Finding[]
  /** Between modules of one floor. */
  sideways: Finding[]
  /** Past a door, out of src, or to nowhere. */
  doors: Finding[]
  circles: string[][]
}

/** The module of a path: the folder below src, or the file itself when it stands directly in src. */
const moduleOf = (path: string): string => path.split('/')[1] ?? ''

const floorOf = (module: string): number => floors.findIndex((floor) => floor.includes(module))

export function checkFloors(root: string): Floors {
  const files = filesOf(root, ['src'])
  const doors = doorsOf(root)
  const result: Floors = { files, arrows: [], up: [], sideways: [], doors: [], circles: [] }

  for (const module of new Set(files.map(moduleOf))) {
    if (floorOf(module) >= 0) continue
    result.doors.push({
      path: `src/${module}`,
      problem: 'stands on no floor. Add it to the list in scripts/check-floors.ts.',
    })
  }
  for (const path of files) {
    for (const imported of importsOf(parse(root, path))) follow(root, path, imported, doors, result)
  }
  for (const path of filesOf(root, ['scripts', 'tests', 'bench'])) {
    for (const { specifier, line } of importsOf(parse(root, path))) {
      const target = posix.join(posix.dirname(path), specifier)
      if (!specifier.startsWith('.') || !target.startsWith('src/') || isEntrance(target, doors)) continue
      result.doors.push({ path, line, problem: `imports ${target} past the door.` })
    }
  }
  result.circles = circlesOf(files, result.arrows)
  return result
}

function follow(root: string, path: string, imported: Import, doors: Doors, result: Floors): void {
  const { specifier, line, dynamic } = imported
  const local = specifier.startsWith('.')
  const target = local ? posix.join(posix.dirname(path), specifier) : doors.targetOf(specifier)
  const [from, to] = [moduleOf(path), moduleOf(target ?? '')]

  const fault = (() => {
    if (specifier === '') return 'imports something that only the running program knows.'
    if (target === undefined)
      return specifier.startsWith('#') && `imports ${specifier}, which is no door in package.json.`
    if (!target.startsWith('src/'))
      return !mayLeave(path, target, dynamic) && `imports ${target}, which is outside of src.`
    if (!existsSync(join(root, target))) return `imports ${target}, which does not exist.`
    result.arrows.push({ from: path, to: target, line })
    if (from === to) return !local && `imports its own module through the door ${specifier}; say ./ instead.`
    return local && !isEntrance(target, doors) && `imports ${target} past the door of ${to}.`
  })()
  if (fault) result.doors.push({ path, line, problem: fault })

  const rise = floorOf(from) - floorOf(to)
  if (target === undefined || from === to || floorOf(from) < 0 || floorOf(to) < 0) return
  if (rise > 0) result.up.push({ path, line, problem: `imports ${to}, which stands above ${from}.` })
  if (rise === 0) result.sideways.push({ path, line, problem: `imports ${to}, which stands beside ${from}.` })
}

/** Tests may use what supports tests; commands may load a script or simulator, which an image for production lacks. */
function mayLeave(path: string, target: string, dynamic: boolean): boolean {
  if (target.endsWith('.json')) return true
  if (/^(?:tests\/support|simulators)\//.test(target) && isTest(path)) return true
  return /^(?:scripts|simulators)\//.test(target) && dynamic && moduleOf(path) === 'bin'
}

interface Doors {
  targetOf(specifier: string): string | undefined
  has(module: string): boolean
}

function doorsOf(root: string): Doors {
  const { imports = {} } = JSON.parse(read(root, 'package.json')) as { imports?: Record<string, string> }
  const targets = Object.entries(imports).map(([name, target]) => [name, posix.normalize(target)] as const)
  return {
    targetOf(specifier) {
      for (const [name, target] of targets) {
        if (name === specifier) return target
        const [head = '', tail] = name.split('*')
        if (tail === undefined || !specifier.startsWith(head) || !specifier.endsWith(tail)) continue
        return target.replace('*', specifier.slice(head.length, specifier.length - tail.length))
      }
      return undefined
    },
    has: (module) => targets.some(([, target]) => target.startsWith(`src/${module}/`)),
  }
}

/** What may be imported by its path: files directly in src, commands, and the index of a module without a door. */
function isEntrance(target: string, doors: Doors): boolean {
  const [, module = '', ...rest] = target.split('/')
  if (rest.length === 0 || module === 'bin') return true
  return !doors.has(module) && rest.join('/') === 'index.ts'
}

/** Groups of files that reach each other (Tarjan's strongly connected components). */
function circlesOf(files: readonly string[], arrows: readonly Arrow[]): string[][] {
  const targets = Map.groupBy(arrows, ({ from }) => from)
  const order = new Map<string, number>()
  const lowest = new Map<string, number>()
  const stack: string[] = []
  const circles: string[][] = []
  const visit = (file: string) => {
    const index = order.size
    order.set(file, index)
    lowest.set(file, index)
    stack.push(file)
    for (const { to } of targets.get(file) ?? []) {
      if (!order.has(to)) visit(to)
      if (stack.includes(to)) lowest.set(file, Math.min(lowest.get(file) as number, lowest.get(to) as number))
    }
    if (lowest.get(file) !== index) return
    const group = stack.splice(stack.indexOf(file))
    if (group.length > 1 || arrows.some(({ from, to }) => from === file && to === file)) circles.push(group)
  }
  for (const file of files) if (!order.has(file)) visit(file)
  return circles
}

export function findingsOf({ up, sideways, doors, circles }: Floors): Finding[] {
  const round = circles.map((files) => ({ path: files[0] as string, problem: `is in a circle: ${files.join(', ')}.` }))
  return [...up, ...sideways, ...doors, ...round]
}

export function summaryOf({ files, arrows, up, sideways, circles }: Floors): string {
  return `${files.length} files, ${arrows.length} imports: up ${up.length}, sideways ${sideways.length}, circles ${circles.length}.`
}

if (import.meta.main) {
  const result = checkFloors(ROOT)
  report(summaryOf(result), findingsOf(result))
}
