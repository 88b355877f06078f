/**
 * What must not stand in the repository: addresses of one machine, how the work was organised, unfinished business, tests
 * that do not run, and packages from anywhere but the public registry.
 */
import { type Finding, report } from './findings.ts'
import { filesOf, isTest, type Node, nameOf, nodesOf, parse, ROOT, read, type Source } from './source.ts'

const WORDS: readonly { pattern: RegExp; problem: string }[] = [
  { pattern: /\b(TODO|FIXME|XXX|HACK)\b/, problem: 'leaves work behind' },
  {
    pattern: /(?<![\w./-])\/(work|root|Users\/\w+|home\/(?!node\b)\w+|tmp\/\w*plinth)\/[\w.]/,
    problem: 'names a path of one machine',
  },
  { pattern: /^co-authored-by:/im, problem: 'says who helped' },
  {
    pattern: /\b(issues? (#|no\. ?)?\d+\b|(closes|fixes|refs) #\d+)|\(#\d{1,4}\)/i,
    problem: 'names an issue; say the reason itself',
  },
  {
    pattern: /(?<![\w/-])(design|models|security|api|ui|field|seams)\.md\b|\.\.\/shared\//,
    problem: 'names a document that is not here',
  },
  { pattern: /\b(artifactory|verdaccio|jfrog|codeartifact)\b/i, problem: 'names a private registry' },
]

/** They have to name what they look for. */
const ABOUT_WORDS = new Set(['scripts/check-words.ts', 'scripts/check-words.test.ts'])
const PUBLIC_REGISTRY = 'registry.npmjs.org'
const NOT_TEXT = /\.(png|jpe?g|gif|ico|webp|avif|woff2?|ttf|pdf|zip|gz|log)$/

export function checkWords(root: string): { files: number; findings: Finding[] } {
  const paths = filesOf(root, ['.'], ['']).filter(
    (path) => !NOT_TEXT.test(path) && path !== '.env' && path !== 'package-lock.json' && !ABOUT_WORDS.has(path),
  )
  const findings = paths.flatMap((path) => [
    ...badWords(path, read(root, path)),
    ...(isTest(path) ? idleTests(parse(root, path)) : []),
  ])
  return { files: paths.length, findings: [...findings, ...foreignPackages(root, paths)] }
}

function badWords(path: string, text: string): Finding[] {
  const suspects = WORDS.filter(({ pattern }) => pattern.test(text))
  if (suspects.length === 0) return []
  return text.split('\n').flatMap((line, index) =>
    suspects.flatMap(({ pattern, problem }) => {
      const found = pattern.exec(line)?.[0]
      return found === undefined ? [] : [{ path, line: index + 1, problem: `${problem}: ${found.trim()}` }]
    }),
  )
}

const SUITES = new Set(['test', 'it', 'describe', 'suite'])

function idleTests(source: Source): Finding[] {
  const findings: Finding[] = []
  for (const node of nodesOf(source.tree)) {
    const problem = idleness(node)
    if (problem) findings.push({ path: source.path, line: source.lineOf(node.start), problem })
  }
  return findings
}

function idleness(node: Node): string | undefined {
  if (node.type === 'Property') {
    const name = nameOf(node.key as Node)
    if (name !== 'only' && name !== 'skip' && name !== 'todo') return undefined
    return (node.value as Node).value === true ? `a test with ${name}: true; a skipped test says why` : undefined
  }
  if (node.type !== 'CallExpression') return undefined
  const callee = node.callee as Node
  const name = callee.type === 'MemberExpression' ? nameOf(callee) : undefined
  if (name !== 'only' && name !== 'skip' && name !== 'todo') return undefined
  const on = nameOf(callee.object as Node) ?? ''
  if (SUITES.has(on)) return `${on}.${name}; a skipped test says why: { skip: 'reason' }`
  return on === 't' && (node.arguments as Node[]).length === 0 ? `t.${name}() without a reason` : undefined
}

interface Lock {
  packages?: Record<string, { resolved?: string; link?: boolean }>
}

function foreignPackages(root: string, paths: readonly string[]): Finding[] {
  const findings: Finding[] = []
  if (filesOf(root, ['.'], ['package-lock.json']).includes('package-lock.json')) {
    const { packages = {} } = JSON.parse(read(root, 'package-lock.json')) as Lock
    for (const [name, { resolved }] of Object.entries(packages)) {
      const host = resolved === undefined ? PUBLIC_REGISTRY : (URL.parse(resolved)?.host ?? resolved)
      if (host !== PUBLIC_REGISTRY) findings.push({ path: 'package-lock.json', problem: `${name} comes from ${host}` })
    }
  }
  for (const path of paths.filter((path) => path.split('/').at(-1) === '.npmrc')) {
    const hosts = [...read(root, path).matchAll(/registry\s*=\s*(\S+)/g)].map(
      ([, url = '']) => URL.parse(url)?.host ?? url,
    )
    for (const host of hosts.filter((host) => host !== PUBLIC_REGISTRY)) {
      findings.push({ path, problem: `packages would come from ${host}` })
    }
  }
  return findings
}

if (import.meta.main) {
  const { files, findings } = checkWords(ROOT)
  report(`${files} files without a word that does not belong.`, findings)
}
