/**
 * SQL lives in `queries.ts`, so that every question to the database can be read in one place per module. Besides it only
 * platform/db, the queue and the audit log speak SQL, because that is what they are about.
 */
import { type Finding, report } from './findings.ts'
import {
  constantText,
  filesOf,
  isGenerated,
  isTest,
  type Node,
  nameOf,
  nodesOf,
  parse,
  ROOT,
  type Source,
} from './source.ts'

const BUILDERS = new Set(['selectFrom', 'insertInto', 'updateTable', 'deleteFrom', 'replaceInto', 'mergeInto'])

/** Case counts: a sentence for people that starts with Select is none. */
const STATEMENT = bothCases(
  'select\\s',
  'insert\\s+into\\s',
  'update\\s+[\\w."]+\\s+set\\s',
  'delete\\s+from\\s',
  'with\\s+\\w+(\\s*\\([^)]*\\))?\\s+as\\s',
  'merge\\s+into\\s',
  'truncate\\s',
  'lock\\s+table\\s',
  '(create|alter|drop)\\s+(table|role|schema|index|policy|function)\\s',
  'set\\s+(local\\s+)?(role|session)\\s',
)

/** Given to `.query()`, these need no more to be statements. */
const COMMAND =
  /^\s*(begin|commit|rollback|savepoint|set|show|listen|notify|call|explain|vacuum|analyze|select|grant|revoke)\b/i

function bothCases(...beginnings: string[]): RegExp {
  const upper = beginnings.map((beginning) => beginning.replace(/(?<!\\)[a-z]+/g, (word) => word.toUpperCase()))
  return new RegExp(`^\\s*(${[...beginnings, ...upper].join('|')})`)
}

export const speaksSql = (path: string): boolean =>
  path.endsWith('/queries.ts') || /^src\/(platform\/db|jobs|audit)\//.test(path)

export function checkSqlPlace(root: string): { files: number; findings: Finding[] } {
  const files = filesOf(root, ['src']).filter((path) => !isTest(path) && !isGenerated(path) && !speaksSql(path))
  const findings = files.flatMap((path) => sqlIn(parse(root, path)))
  return { files: files.length, findings }
}

function sqlIn(source: Source): Finding[] {
  const byLine = new Map<number, Finding>()
  for (const node of nodesOf(source.tree)) {
    const what = sqlOf(node)
    const line = source.lineOf(node.start)
    if (what === undefined || byLine.has(line)) continue
    const problem = `has SQL (${what}); it belongs into the queries.ts of the module.`
    byLine.set(line, { path: source.path, line, problem })
  }
  return [...byLine.values()]
}

function sqlOf(node: Node): string | undefined {
  if (node.type === 'TaggedTemplateExpression') {
    const tag = node.tag as Node
    return nameOf(tag) === 'sql' ? 'sql`…`' : undefined
  }
  if (node.type === 'CallExpression') {
    const callee = node.callee as Node
    const name = nameOf(callee)
    if (name !== undefined && BUILDERS.has(name) && callee.type === 'MemberExpression') return `.${name}()`
    if (callee.type === 'MemberExpression' && nameOf(callee.object as Node) === 'sql') return `sql.${name}()`
    const [first] = node.arguments as Node[]
    return name === 'query' && first && COMMAND.test(textOf(first) ?? '') ? '.query()' : undefined
  }
  return STATEMENT.test(textOf(node) ?? '') ? 'a statement' : undefined
}

/** The text of a string or the beginning of a template. */
function textOf(node: Node): string | undefined {
  const whole = constantText(node)
  if (whole !== undefined || node.type !== 'TemplateLiteral') return whole
  return (node.quasis as { value: { cooked: string } }[])[0]?.value.cooked
}

if (import.meta.main) {
  const { files, findings } = checkSqlPlace(ROOT)
  report(`${files} files that must not speak SQL.`, findings)
}
