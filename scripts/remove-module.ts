/**
 * `node scripts/remove-module.ts <name>`: takes a module out of the server. Its folder, its door in package.json, and the
 * lines of the tables of contents that name what it exports. Says what is left for a person.
 */
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { filesOf, isTest, type Node, nodesOf, parse, ROOT, read, type Source } from './source.ts'

interface Range {
  start: number
  end: number
}

/** Paths that were changed, the folder first. */
export function removeModule(root: string, name: string): string[] {
  const folder = `src/${name}`
  if (!/^[a-z][a-z-]*$/.test(name) || !existsSync(join(root, folder))) throw new Error(`There is no module ${folder}.`)
  const changed = [folder]
  rmSync(join(root, folder), { recursive: true })

  const manifest = read(root, 'package.json')
  const door = new RegExp(`^\\s*"#${name}(/\\*)?": .*\\n`, 'm')
  // The last line of the list must not keep a comma before it.
  const without = manifest.replace(door, '').replace(/,(\n\s*\})/g, '$1')
  if (without !== manifest) {
    writeFileSync(join(root, 'package.json'), without)
    changed.push('package.json')
  }
  for (const path of filesOf(root, ['src']).filter((path) => !isTest(path))) {
    const source = parse(root, path)
    const ranges = rangesOf(source, `#${name}`)
    if (ranges.length === 0) continue
    writeFileSync(join(root, path), cut(source.text, ranges))
    changed.push(path)
  }
  return changed
}

/** The import of the door, and the smallest whole things in which its names are used. */
function rangesOf(source: Source, door: string): Range[] {
  const imports = (source.tree.body as Node[]).filter(
    ({ type, source: from }) => type === 'ImportDeclaration' && (from as Node).value === door,
  )
  const names = new Set(
    imports.flatMap(({ specifiers }) => (specifiers as Node[]).map(({ local }) => (local as Node).name as string)),
  )
  const uses =
    names.size === 0 ? [] : [...nodesOf(source.tree)].filter((node) => isWhole(node) && mentions(node, names))
  const smallest = uses.filter((outer) => !uses.some((inner) => inner !== outer && inside(inner, outer)))
  return [...imports, ...smallest]
}

/** What can be taken out of its place and leaves something that makes sense. */
const isWhole = ({ type, start, end }: Node): boolean =>
  end > start && /^(ExpressionStatement|VariableDeclaration|SpreadElement|Property|ExportNamedDeclaration)$/.test(type)

const mentions = (node: Node, names: ReadonlySet<string>): boolean =>
  [...nodesOf(node)].some(({ type, name }) => type === 'Identifier' && names.has(name as string))

const inside = (inner: Range, outer: Range): boolean => inner.start >= outer.start && inner.end <= outer.end

function cut(text: string, ranges: readonly Range[]): string {
  let left = text
  for (const { start, end } of ranges.toSorted((a, b) => b.start - a.start)) {
    const before = left.slice(0, start)
    const after = left.slice(end).replace(/^[,;]?[ \t]*/, '')
    // A thing that had its lines for itself takes them with it.
    const aloneOnLine = /(^|\n)[ \t]*$/.test(before) && /^(\n|$)/.test(after)
    left = aloneOnLine ? before.replace(/[ \t]*$/, '') + after.slice(1) : before + after
  }
  return left
}

if (import.meta.main) {
  const [name = ''] = process.argv.slice(2)
  for (const path of removeModule(ROOT, name)) console.log(`Changed: ${path}`)
  console.log(`
Left for you: a migration that drops its tables, its permissions in src/access/permissions.ts, its part of src/demo,
web/src/${name} with its lines in web/src/router.tsx, and its tests. Then run: npm run format && npm run generate && npm run check`)
}
