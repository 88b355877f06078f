/**
 * No file imports itself in a circle, types included, anywhere in the repository. A linter that checked nothing is green,
 * too, so the number of files is part of the answer.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { type Finding, report } from './findings.ts'
import { ROOT } from './source.ts'

interface Answer {
  diagnostics: { message: string; filename: string; labels: { span: { line: number } }[]; note?: string }[]
  number_of_files: number
}

export function checkCircles(root: string): { files: number; findings: Finding[] } {
  const { stdout, stderr, error } = spawnSync(
    process.execPath,
    [join(ROOT, 'node_modules/oxlint/bin/oxlint'), '--config', join(ROOT, '.oxlintrc.json'), '--format', 'json', '.'],
    { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  )
  if (error) throw error
  // Words may stand before the answer, for example that there was nothing to check.
  const answer = stdout.indexOf('{')
  if (answer === -1) throw new Error(`oxlint said: ${stdout}${stderr}`)
  const { diagnostics, number_of_files: files } = JSON.parse(stdout.slice(answer)) as Answer
  const findings = diagnostics.map(({ filename, labels, message, note }) => ({
    path: filename,
    line: labels[0]?.span.line,
    problem: note ? `${message}\n${note}` : message,
  }))
  if (files === 0) findings.push({ path: '.', line: undefined, problem: 'oxlint checked no file at all.' })
  return { files, findings }
}

if (import.meta.main) {
  const { files, findings } = checkCircles(ROOT)
  report(`${files} files without a circle.`, findings)
}
