import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, test } from 'node:test'
import { startTestApp, type TestApp } from '../../../tests/support/app.ts'

let app: TestApp

before(async () => {
  app = await startTestApp({ env: { PLINTH_APP_URL: 'http://plinth.internal:3000' } })
})
after(() => app.close())

const ask = (path: string, host: string, headers: Record<string, string> = {}) =>
  new Promise<{ status: number; text: string }>((resolve, reject) => {
    request(`${app.url}${path}`, { headers: { ...headers, host } }, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (part) => {
        text += part
      })
      answer.on('end', () => resolve({ status: answer.statusCode as number, text }))
    })
      .on('error', reject)
      .end()
  })

const pages = ['/dev/mailbox', '/dev/clock', '/dev/mailbox/0193a3a0-0000-7000-8000-000000000000']

test('pages of development are not shown to a page whose name was made to lead here', async () => {
  for (const path of pages) {
    for (const host of [
      'evil.example',
      'evil.example:3000',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      'evil.example#localhost',
      'localhost@evil.example',
      '10.0.0.1',
      '0.0.0.0',
    ]) {
      const { status, text } = await ask(path, host, { 'x-forwarded-host': 'localhost' })
      assert.equal(status, 421, `${path} ${host}`)
      assert.match(text, /MISDIRECTED_REQUEST.*PLINTH_APP_URL/)
    }
  }
})

test('they are shown under the names of the loopback, of the application and of the address that was asked', async () => {
  for (const path of pages) {
    for (const host of [
      'localhost',
      'LOCALHOST:3000',
      'app.localhost:1',
      '127.0.0.1:3000',
      '127.0.0.2',
      '[::1]:3000',
      'plinth.internal',
      'plinth.internal:3000',
      new URL(app.url).host,
    ]) {
      const { status } = await ask(path, host)
      assert.ok(status === 200 || (path.length > 20 && status === 404), `${path} ${host}: ${status}`)
    }
  }
})

test('what is open to everybody anyway has any name', async () => {
  assert.equal((await ask('/livez', 'evil.example')).status, 200)
})
