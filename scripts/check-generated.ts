/** openapi.json and the client's types are what the routes make now. (The schema has `npm run migrate -- check`.) */
import { type Finding, report } from './findings.ts'
import { CLIENT, generateClient } from './generate-client.ts'
import { generateOpenApi, OPENAPI } from './generate-openapi.ts'
import { ROOT, readIfThere } from './source.ts'

/** By path, what must be in the file. */
export async function generatedFiles(): Promise<Map<string, string>> {
  const openapi = await generateOpenApi()
  return new Map([
    [OPENAPI, openapi],
    [CLIENT, generateClient(openapi)],
  ])
}

export function checkGenerated(root: string, files: ReadonlyMap<string, string>): Finding[] {
  const findings: Finding[] = []
  for (const [path, text] of files) {
    const committed = readIfThere(root, path)
    if (committed === text) continue
    const line = committed === undefined ? undefined : firstDifference(committed, text)
    findings.push({ path, line, problem: 'is not what the code makes. Run "npm run generate" and commit it.' })
  }
  return findings
}

function firstDifference(a: string, b: string): number {
  const lines = b.split('\n')
  return a.split('\n').findIndex((line, index) => line !== lines[index]) + 1
}

if (import.meta.main) {
  const files = await generatedFiles()
  report(`${files.size} generated files are fresh.`, checkGenerated(ROOT, files))
}
