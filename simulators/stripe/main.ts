/** `node simulators/stripe/main.ts`: the local Stripe as a process of its own. Prints its URL once it answers. */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { startLocalStripe } from './index.ts'

const USAGE = `node simulators/stripe/main.ts [--port N] [--data FILE] [--secret whsec_…] [--offset-ms N] [--url-file FILE] [--public-url URL]`

function readOptions() {
  try {
    return parseArgs({
      options: {
        port: { type: 'string', default: '12111' },
        data: { type: 'string' },
        secret: { type: 'string' },
        'offset-ms': { type: 'string', default: '0' },
        'url-file': { type: 'string' },
        'public-url': { type: 'string' },
      },
    }).values
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`)
    process.exit(2)
  }
}

const { port, data, secret, 'offset-ms': offsetMs, 'url-file': urlFile, 'public-url': publicUrl } = readOptions()
const local = await startLocalStripe({
  port: Number(port),
  offsetMs: Number(offsetMs),
  ...(data !== undefined && { dataFile: data }),
  ...(secret !== undefined && { webhookSecret: secret }),
  ...(publicUrl !== undefined && { publicUrl }),
  log: (line) => console.error(line),
})
if (urlFile !== undefined) writeFileSync(urlFile, local.url)
console.log(local.url)

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, async () => {
    await local.close()
    process.exit(0)
  })
}
