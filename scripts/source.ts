/** The files of the repository and their syntax trees, for the checks. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync } from 'vite'

export const ROOT = join(import.meta.dirname, '..')

/** Folders that hold nothing written by us. */
const NOT_OURS = new Set(['node_modules', '.git', '.data', 'dist', 'coverage'])

/** Paths below `root`, with forward slashes, sorted; those in one of `folders` ('.' for all) that end as asked. */
export function filesOf(
  root: string,
  folders: readonly string[],
  endings: readonly string[] = ['.ts', '.tsx'],
): string[] {
  const found: string[] = []
  const walk = (folder: string) => {
    for (const entry of entriesOf(join(root, folder))) {
      const path = folder === '.' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory()) {
        if (!NOT_OURS.has(entry.name)) walk(path)
      } else if (entry.isFile() && endings.some((ending) => path.endsWith(ending))) found.push(path)
    }
  }
  for (const folder of folders) walk(folder)
  return found.sort()
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    // A tree without `bench/` is a tree, too.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

export const read = (root: string, path: string): string => readFileSync(join(root, path), 'utf8')

export function readIfThere(root: string, path: string): string | undefined {
  try {
    return read(root, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

export const isTest = (path: string): boolean => /\.test\.tsx?$/.test(path)

/** Written by `npm run generate`, not by people. */
export const isGenerated = (path: string): boolean =>
  path === 'src/platform/db/schema.ts' || path.startsWith('web/src/api/generated/')

export interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [key: string]: unknown
}

export interface Source {
  readonly path: string
  readonly text: string
  readonly tree: Node
  lineOf(offset: number): number
}

export function parse(root: string, path: string): Source {
  const text = read(root, path)
  const { program, errors } = parseSync(path, text)
  if (errors.length > 0) throw new SyntaxError(`${path}: ${errors[0]?.message}`)
  return {
    path,
    text,
    tree: program as unknown as Node,
    lineOf: (offset) => text.slice(0, offset).split('\n').length,
  }
}

/** Every node below, in the order of the text. */
export function* nodesOf(node: Node): Generator<Node> {
  yield node
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (child !== null && typeof child === 'object' && typeof child.type === 'string') yield* nodesOf(child)
    }
  }
}

export interface Import {
  readonly specifier: string
  readonly line: number
  readonly dynamic: boolean
}

const FROM = new Set(['ImportDeclaration', 'ExportNamedDeclaration', 'ExportAllDeclaration', 'TSImportType'])

/** Everything a file imports: statements, types, re-exports, `import()` and `import('…').Type`. */
export function importsOf(source: Source): Import[] {
  const found: Import[] = []
  for (const node of nodesOf(source.tree)) {
    if (!FROM.has(node.type) && node.type !== 'ImportExpression') continue
    const from = node.source as Node | null
    // An export without `from` names something of its own file.
    if (!from) continue
    const specifier = constantText(from)
    const line = source.lineOf(node.start)
    if (specifier === undefined) found.push({ specifier: '', line, dynamic: true })
    else found.push({ specifier, line, dynamic: node.type === 'ImportExpression' })
  }
  return found
}

/** The value of a string or of a template without holes. */
export function constantText(node: Node): string | undefined {
  if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : undefined
  const quasis = node.quasis as { value: { cooked: string } }[] | undefined
  return node.type === 'TemplateLiteral' && quasis?.length === 1 ? quasis[0]?.value.cooked : undefined
}

/** The name of an identifier or of a property that is written plainly: `query` of `pool.query`. */
export function nameOf(node: Node | null | undefined): string | undefined {
  if (node?.type === 'Identifier') return node.name as string
  if (node?.type !== 'MemberExpression') return undefined
  const property = node.property as Node
  return node.computed ? constantText(property) : nameOf(property)
}
