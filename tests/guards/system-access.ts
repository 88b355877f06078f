/** Finds every place in src that steps out of row security, and why it says that it does. */
import type { Finding } from '../../scripts/findings.ts'
import { constantText, filesOf, isTest, type Node, nameOf, nodesOf, parse } from '../../scripts/source.ts'

export interface SystemAccess {
  path: string
  reason: string
}

/** Where the step itself is made. */
const HOME = 'src/platform/db/scoped.ts'
const ROLE = 'plinth_system'

export function systemAccess(root: string): { calls: SystemAccess[]; findings: Finding[] } {
  const calls: SystemAccess[] = []
  const findings: Finding[] = []
  for (const path of filesOf(root, ['src']).filter((path) => !isTest(path) && path !== HOME)) {
    const source = parse(root, path)
    const explained = new Set<Node>()
    for (const node of nodesOf(source.tree)) {
      const fault = (problem: string) => findings.push({ path, line: source.lineOf(node.start), problem })
      const { imported, callee } = node as { imported?: Node; callee?: Node }
      if (node.type === 'ImportSpecifier' && nameOf(imported) === 'asSystem') {
        if (nameOf(node.local as Node) !== 'asSystem') fault('gives asSystem another name')
        for (const name of [imported, node.local]) explained.add(name as Node)
      }
      if (node.type === 'CallExpression' && callee && nameOf(callee) === 'asSystem') {
        const reason = constantText((node.arguments as Node[])[1] ?? node)
        if (reason) calls.push({ path, reason })
        else fault('calls asSystem without a reason that can be read here')
        explained.add(callee)
      }
      if (node.type === 'Identifier' && node.name === 'asSystem' && !explained.has(node)) {
        fault('passes asSystem on, so that its callers cannot be listed')
      }
      if ((constantText(node) ?? '').includes(ROLE)) fault(`names the role ${ROLE}`)
    }
  }
  return { calls, findings }
}
