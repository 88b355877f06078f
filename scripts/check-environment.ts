/** The environment is read where a process starts: in src/bin, and in platform/config.ts, which checks all of it. */
import { type Finding, report } from './findings.ts'
import { filesOf, isTest, type Node, nameOf, nodesOf, parse, ROOT } from './source.ts'

const mayRead = (path: string): boolean =>
  path === 'src/platform/config.ts' || path.startsWith('src/bin/') || isTest(path)

export function checkEnvironment(root: string): { files: number; findings: Finding[] } {
  const files = filesOf(root, ['src']).filter((path) => !mayRead(path))
  const findings: Finding[] = []
  for (const path of files) {
    const source = parse(root, path)
    for (const node of nodesOf(source.tree)) {
      if (!readsEnvironment(node)) continue
      findings.push({
        path,
        line: source.lineOf(node.start),
        problem: 'reads the environment; take what it needs from the Config as an argument.',
      })
    }
  }
  return { files: files.length, findings }
}

const isProcess = (node: Node | null): boolean => nameOf(node) === 'process'
const isProcessModule = (node: Node | null): boolean => node?.value === 'node:process' || node?.value === 'process'

function readsEnvironment(node: Node): boolean {
  if (node.type === 'MemberExpression') return nameOf(node) === 'env' && isProcess(node.object as Node)
  if (node.type === 'VariableDeclarator') return isProcess(node.init as Node | null) && picksEnv(node.id as Node)
  if (node.type !== 'ImportDeclaration' || !isProcessModule(node.source as Node)) return false
  return (node.specifiers as Node[]).some(({ imported }) => nameOf(imported as Node) === 'env')
}

function picksEnv(pattern: Node): boolean {
  if (pattern.type !== 'ObjectPattern') return false
  return (pattern.properties as Node[]).some(({ type, key }) => type === 'RestElement' || nameOf(key as Node) === 'env')
}

if (import.meta.main) {
  const { files, findings } = checkEnvironment(ROOT)
  report(`${files} files that must not read the environment.`, findings)
}
