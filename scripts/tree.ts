/** Prints the tree of src/ with its lines of code, and what the floors say about it: `node scripts/tree.ts`; every file with `--files`. */
import { checkFloors, findingsOf } from './check-floors.ts'
import { lineCount } from './check-names.ts'
import { filesOf, isGenerated, isTest, ROOT, read } from './source.ts'

interface Lines {
  path: string
  lines: number
}

const total = (files: readonly Lines[]): number => files.reduce((sum, { lines }) => sum + lines, 0)
const write = (label: string, lines: number, note = '') =>
  console.log(`${label.padEnd(52)}${String(lines).padStart(6)}${note}`)

function printFolder(files: readonly Lines[], folder: string, indent: string): void {
  const groups = Map.groupBy(files, ({ path }) => path.slice(folder.length + 1).split('/', 1)[0] as string)
  const entries = [...groups].sort(
    ([a], [b]) => Number(a.includes('.')) - Number(b.includes('.')) || a.localeCompare(b),
  )
  for (const [name, inside] of entries) {
    const path = `${folder}/${name}`
    const isFile = inside.length === 1 && inside[0]?.path === path
    if (!isFile) {
      write(`${indent}${name}/`, total(inside), `  in ${inside.length} ${inside.length === 1 ? 'file' : 'files'}`)
      printFolder(inside, path, `${indent}  `)
    } else if (folder === 'src' || process.argv.includes('--files')) {
      write(indent + name, inside[0]?.lines ?? 0, isGenerated(path) ? '  generated' : '')
    }
  }
}

const paths = filesOf(ROOT, ['src'])
const files = paths.filter((path) => !isTest(path)).map((path) => ({ path, lines: lineCount(read(ROOT, path)) }))
const tests = paths.filter(isTest).map((path) => ({ path, lines: lineCount(read(ROOT, path)) }))
const written = files.filter(({ path }) => !isGenerated(path)).sort((a, b) => b.lines - a.lines)
const floors = checkFloors(ROOT)

write('src/', total(files), `  in ${files.length} files`)
printFolder(files, 'src', '  ')
console.log()
write('tests beside the code', total(tests), `  in ${tests.length} files`)
write('largest file', written[0]?.lines ?? 0, `  ${written[0]?.path}`)
write('median file', written[Math.floor(written.length / 2)]?.lines ?? 0)
write('files over 300 lines', written.filter(({ lines }) => lines > 300).length)
write('imports', floors.arrows.length)
write('imports that run up', floors.up.length)
write('imports between modules of one floor', floors.sideways.length)
write('circles', floors.circles.length)
if (findingsOf(floors).length > 0) console.log('\n"node scripts/check-floors.ts" says which.')
