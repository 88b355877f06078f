/** `npm run bench`: everything, or the parts that are named, for example `npm run bench -- http logins`. */
import { runGate } from './gate.ts'
import { reportHttp } from './http.ts'
import { reportLogins } from './logins.ts'
import { reportStart } from './start.ts'
import { reportWebhooks } from './webhooks.ts'

const parts: Record<string, { title: string; run(): Promise<unknown> }> = {
  http: { title: 'Requests', run: reportHttp },
  logins: { title: 'Signing in, and what it does to others', run: reportLogins },
  webhooks: { title: 'Events from Stripe, with the queue at work', run: reportWebhooks },
  start: { title: 'Start, memory, packages', run: reportStart },
}

const wanted = process.argv.slice(2)
if (wanted.includes('--gate')) {
  if (!(await runGate())) process.exitCode = 1
} else {
  const unknown = wanted.filter((name) => !(name in parts))
  if (unknown.length > 0) {
    console.error(`Not known: ${unknown.join(', ')}. The parts are ${Object.keys(parts).join(', ')}, or --gate.`)
    process.exitCode = 2
  } else {
    for (const name of wanted.length > 0 ? wanted : Object.keys(parts)) {
      const part = parts[name]
      console.log(`${part?.title}\n`)
      await part?.run()
      console.log()
    }
  }
}
