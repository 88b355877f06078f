/** What a check found, and how it says so. */
export interface Finding {
  readonly path: string
  readonly line?: number
  readonly problem: string
}

export const describe = ({ path, line, problem }: Finding): string =>
  `${line === undefined ? path : `${path}:${line}`}  ${problem}`

/** Prints the findings, then the summary; the process fails when there is a finding. */
export function report(summary: string, findings: readonly Finding[], warnings: readonly Finding[] = []): void {
  for (const warning of warnings) console.log(`warning  ${describe(warning)}`)
  for (const finding of findings) console.error(describe(finding))
  console.log(findings.length === 0 ? summary : `${summary} Findings: ${findings.length}.`)
  if (findings.length > 0) process.exitCode = 1
}
