import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { inUser } from '#platform/db/scoped.ts'
import { startTestServer, type TestServer } from '#platform/http/testing.ts'
import { newId } from '#platform/ids.ts'
import { openWorkingDatabase, until, type WorkingDatabase } from '../../tests/support/jobs.ts'
import { createEmailTransport, deliverEmail, layout, mailboxRoutes, sendLater } from './index.ts'

let database: WorkingDatabase
let server: TestServer
before(async () => {
  database = await openWorkingDatabase()
  // So that the owner can look, whether or not the owner is a superuser.
  await database.owner.query('alter table emails no force row level security')
  server = await startTestServer({ routes: (app) => void app.register(mailboxRoutes, { db: database.db }) })
})
after(async () => {
  await server.close()
  await database.close()
})

const write = (to: string, subject = 'Hello', paragraph = 'Words') =>
  inUser(database.db, { userId: newId() }, (tx) =>
    sendLater(tx, {
      to,
      subject,
      kind: 'test.hello',
      ...layout({
        preheader: 'Hello',
        heading: subject,
        paragraphs: [paragraph],
        action: { label: 'Go', url: 'https://app.example.com/go?a=1&b=2' },
      }),
    }),
  )

const get = (path: string, accept = 'text/html') => fetch(`${server.url}${path}`, { headers: { accept } })
interface Item {
  to: string
  subject: string
  text: string
  links: string[]
  sent_at: string
}

const items = async (path = '/dev/mailbox') =>
  ((await (await get(path, 'application/json')).json()) as { items: Item[] }).items

describe('/dev/mailbox for programs', () => {
  it('has a mail at once, newest first, with its links, also without a worker', async () => {
    await write('first@example.com')
    await write('second@example.com', 'Second')
    const [second, first, ...rest] = (await items()) as [Item, Item]
    assert.deepEqual(rest, [])
    assert.deepEqual(Object.keys(second).sort(), ['html', 'links', 'sent_at', 'subject', 'text', 'to'])
    assert.deepEqual([second.to, second.subject, first.to], ['second@example.com', 'Second', 'first@example.com'])
    assert.deepEqual(second.links, ['https://app.example.com/go?a=1&b=2'])
    assert.ok(Math.abs(Date.parse(second.sent_at) - Date.now()) < 5000)
  })

  it('is exactly {"items": […]}', async () => {
    const response = await get('/dev/mailbox', 'application/json')
    assert.match(response.headers.get('content-type') ?? '', /^application\/json/)
    assert.deepEqual(Object.keys((await response.json()) as object), ['items'])
  })

  it('finds the mails of one recipient, however the address is written', async () => {
    await write('some+tag@example.com')
    assert.equal((await items('/dev/mailbox?to=Some%2Btag%40example.com')).length, 1)
    // In a query a bare plus is a space, which no address has.
    assert.equal((await items('/dev/mailbox?to=some+tag@example.com')).length, 1)
    assert.equal((await items('/dev/mailbox?to=nobody%40example.com')).length, 0)
  })

  it('says of each when it was written, so that the newest is the first also when it was delivered before others', async () => {
    await write('order@example.com', 'Older')
    await write('order@example.com', 'Newer')
    await database.owner.query(`
      update emails set sent_at = now() + (case subject when 'Older' then 2 else 1 end) * interval '1 second'
      where recipient = 'order@example.com'
    `)
    const [newer, older] = (await items('/dev/mailbox?to=order@example.com')) as [Item, Item]
    assert.deepEqual([newer.subject, older.subject], ['Newer', 'Older'])
    assert.ok(newer.sent_at >= older.sent_at)
  })

  it('keeps a mail that was delivered to it', async () => {
    await write('kept@example.com')
    const worker = await database.work([
      deliverEmail(createEmailTransport({ smtpUrl: undefined, mailFrom: 'Plinth <a@b.test>' })),
    ])
    await until(
      async () =>
        (await database.owner.query(`select from emails where recipient = 'kept@example.com' and sent_at is not null`))
          .rowCount,
    )
    await worker.stop()
    const [mail] = await items('/dev/mailbox?to=kept@example.com')
    assert.match(mail?.text ?? '', /Words/)
  })
})

describe('/dev/mailbox for people', () => {
  const attack = `<img src=x onerror=alert(1)>"'`

  it('lists mails with what others wrote shown as text, and runs no script', async () => {
    await write('attack@example.com', attack, attack)
    const response = await get('/dev/mailbox')
    const page = await response.text()
    assert.match(response.headers.get('content-type') ?? '', /^text\/html/)
    assert.match(response.headers.get('content-security-policy') ?? '', /script-src 'self'/)
    assert.equal(page.includes('<img'), false)
    assert.equal(page.includes('<script'), false)
    assert.match(page, /&lt;img src=x onerror=alert\(1\)&gt;&quot;&#39;/)
  })

  it('shows one mail in a frame that can do nothing but be read, with its links beside it', async () => {
    await write('framed@example.com', attack, attack)
    const list = await (await get('/dev/mailbox?to=framed@example.com')).text()
    const path = /href="(\/dev\/mailbox\/[0-9a-f-]{36})"/.exec(list)?.[1] as string
    const page = await (await get(path)).text()
    assert.equal(page.includes('<img'), false)
    assert.match(page, /<a href="https:\/\/app\.example\.com\/go\?a=1&amp;b=2">/)
    assert.match(page, new RegExp(`<iframe[^>]+src="${path}/html" sandbox="(?!.*allow-scripts)(?!.*allow-same-origin)`))

    const frame = await get(`${path}/html`)
    const policy = frame.headers.get('content-security-policy') ?? ''
    assert.match(policy, /default-src 'none'/)
    assert.match(policy, /sandbox (?!.*allow-scripts)/)
    assert.match(policy, /frame-ancestors 'self'/)
    assert.equal(frame.headers.get('x-frame-options'), 'SAMEORIGIN')
    assert.match(await frame.text(), /<base target="_top">/)
  })

  it('answers 404 for a mail that does not exist and 400 for what is no id', async () => {
    assert.equal((await get(`/dev/mailbox/${newId()}`)).status, 404)
    assert.equal((await get('/dev/mailbox/etc')).status, 400)
  })
})
