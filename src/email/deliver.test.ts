import assert from 'node:assert/strict'
import type { AddressInfo, Socket } from 'node:net'
import { after, afterEach, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { adjustableClock } from '#platform/clock.ts'
import type { Tx } from '#platform/db/database.ts'
import { sql } from '#platform/db/kysely.ts'
import { inTenant, inUser } from '#platform/db/scoped.ts'
import { newId } from '#platform/ids.ts'
import { openWorkingDatabase, until, type WorkingDatabase } from '../../tests/support/jobs.ts'
import { createEmailTransport, deliverEmail, type Message, pruneEmails, sendLater } from './index.ts'
import { deliver } from './message.ts'

let database: WorkingDatabase
before(async () => {
  database = await openWorkingDatabase()
  // So that the owner can look, whether or not the owner is a superuser.
  await database.owner.query('alter table emails no force row level security')
})
afterEach(async () => {
  await database.stopWorkers()
  await Promise.all(servers.splice(0).map((server) => server.close()))
})
after(() => database.close())

const mail = (to: string, changes: Partial<Message> = {}): Message => ({
  to,
  subject: 'Hello',
  text: 'Plain words',
  html: '<p>Words</p>',
  kind: 'test.hello',
  ...changes,
})

const write = (message: Message) => inUser(database.db, { userId: newId() }, (tx) => sendLater(tx, message))

const logged = async (recipient: string) =>
  (await database.owner.query('select * from emails where recipient = $1', [recipient])).rows[0]
const settled = (recipient: string) =>
  until(async () => {
    const email = await logged(recipient)
    return (email?.sent_at || email?.failed_at) && email
  })
/** As if the pauses between attempts were over. */
const hurry = () => database.hurry(deliver)

interface Received {
  to: string[]
  body: string
}

const servers: { close(): Promise<void> }[] = []

async function smtpServer(options: Partial<SMTPServerOptions> = {}) {
  const received: Received[] = []
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        received.push({
          to: session.envelope.rcptTo.map(({ address }) => address),
          body: Buffer.concat(chunks).toString(),
        })
        done()
      })
    },
    ...options,
  })
  server.on('error', () => {})
  const sockets = new Set<Socket>()
  server.server.on('connection', (socket: Socket) => sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.server.address() as AddressInfo
  const smtp = {
    received,
    transport: createEmailTransport({
      smtpUrl: `smtp://127.0.0.1:${port}`,
      mailFrom: 'Plinth <no-reply@mail.example.com>',
    }),
    hangUp: () => {
      for (const socket of sockets) socket.destroy()
    },
    close: () => {
      smtp.hangUp()
      return new Promise<void>((resolve) => server.close(resolve))
    },
  }
  servers.push(smtp)
  return smtp
}

const header = (body: string, name: string) => new RegExp(`^${name}: (.*(?:\r\n[ \t].*)*)`, 'mi').exec(body)?.[1]

describe('a mail', () => {
  it('leaves through SMTP once, as text and HTML, under the id of its row', async () => {
    const smtp = await smtpServer()
    await write(mail('ada@example.com'))
    await database.work([deliverEmail(smtp.transport)])
    const email = await settled('ada@example.com')
    assert.equal(smtp.received.length, 1)
    const [{ to, body }] = smtp.received as [Received]
    assert.deepEqual(to, ['ada@example.com'])
    assert.equal(header(body, 'To'), 'ada@example.com')
    assert.equal(header(body, 'From'), 'Plinth <no-reply@mail.example.com>')
    assert.equal(header(body, 'Message-ID'), `<${email.id}@mail.example.com>`)
    assert.equal(header(body, 'Auto-Submitted'), 'auto-generated')
    assert.match(body, /Content-Type: text\/plain.*Plain words.*Content-Type: text\/html.*<p>Words<\/p>/s)
  })

  it('forgets its words once it has left, because they hold links that open accounts', async () => {
    const { text_body, html_body, subject } = await logged('ada@example.com')
    assert.deepEqual([text_body, html_body, subject], ['', '', 'Hello'])
  })

  it('is not sent when the change it tells of is undone', async () => {
    await assert.rejects(
      inTenant(database.db, { tenantId: newId() }, async (tx) => {
        await sendLater(tx, mail('undone@example.com'))
        throw new Error('the change failed')
      }),
    )
    assert.equal(await logged('undone@example.com'), undefined)
  })

  it('keeps whatever people call themselves within one header', async () => {
    const smtp = await smtpServer()
    await write(mail('eve@example.com', { subject: 'Join "Acme"\r\nBcc: victim@example.com\u2028\u0000<b> Ünïcode' }))
    await database.work([deliverEmail(smtp.transport)])
    await settled('eve@example.com')
    const [{ to, body }] = smtp.received as [Received]
    assert.deepEqual(to, ['eve@example.com'])
    assert.equal(header(body, 'Bcc'), undefined)
    assert.equal((await logged('eve@example.com')).subject, 'Join "Acme" Bcc: victim@example.com <b> Ünïcode')
  })

  it('goes to one plain address or is not written', async () => {
    const refused = [
      'a@x.test, b@x.test',
      'a@x.test\r\nBcc: b@x.test',
      'Ada <a@x.test>',
      '<a@x.test>',
      'a@x.test;b@x.test',
      'a@b@x.test',
      '"a b"@x.test',
      'a@x.test ',
      'ä@x.test',
      'a',
      '',
      `${'a'.repeat(250)}@x.test`,
    ]
    for (const to of refused) await assert.rejects(write(mail(to)), TypeError, to)
  })

  it('whose links expired before it could be sent is not sent', async () => {
    const smtp = await smtpServer()
    const clock = adjustableClock()
    await write(mail('late@example.com', { expiresAt: new Date(Date.now() + 3_600_000) }))
    clock.advance(3_600_001)
    await database.work([deliverEmail(smtp.transport)], { clock })
    const { sent_at, error } = await settled('late@example.com')
    assert.equal(sent_at, null)
    assert.match(error, /expired/)
    assert.equal(smtp.received.length, 0)
  })

  it('cannot be read or changed by the transactions of requests', async () => {
    for (const statement of ['select * from emails', "update emails set recipient = 'x'", 'delete from emails']) {
      const attempt = (tx: Tx) => sql.raw(statement).execute(tx)
      await assert.rejects(inTenant(database.db, { tenantId: newId() }, attempt), { code: '42501' })
      await assert.rejects(inUser(database.db, { userId: newId() }, attempt), { code: '42501' })
    }
  })
})

describe('a mail server', () => {
  it('that is away gets every mail once when it is back', async () => {
    const gone = await smtpServer()
    const { transport } = gone
    await gone.close()
    for (let n = 0; n < 10; n++) await write(mail(`waiting${n}@example.com`))
    const states = async () =>
      (
        await database.owner.query(
          `select count(*)::int as waiting from pgboss.job where name = 'email.deliver' and state = 'retry'`,
        )
      ).rows[0].waiting
    await database.work([deliverEmail(transport)])
    await until(async () => (await states()) === 10)
    await database.stopWorkers()

    const back = await smtpServer()
    await hurry()
    await database.work([deliverEmail(back.transport)])
    for (let n = 0; n < 10; n++) assert.ok((await settled(`waiting${n}@example.com`)).sent_at)
    assert.equal(back.received.length, 10)
  })

  it('that says "later" is asked again; that says "never" is not', async () => {
    const answers: string[] = []
    const smtp = await smtpServer({
      onRcptTo({ address }, _session, done) {
        answers.push(address)
        const tries = answers.filter((asked) => asked === address).length
        if (address === 'never@example.com')
          return done(Object.assign(new Error('no such mailbox'), { responseCode: 550 }))
        if (tries < 3) return done(Object.assign(new Error('mailbox busy'), { responseCode: 451 }))
        done()
      },
    })
    await write(mail('busy@example.com'))
    await write(mail('never@example.com'))
    await database.work([deliverEmail(smtp.transport)])
    const never = await settled('never@example.com')
    assert.equal(never.sent_at, null)
    assert.match(never.error, /no such mailbox/)
    await until(async () => {
      await hurry()
      return (await logged('busy@example.com')).sent_at
    })
    await sleep(200)
    assert.equal(answers.filter((asked) => asked === 'never@example.com').length, 1)
    assert.equal(answers.filter((asked) => asked === 'busy@example.com').length, 3)
    assert.equal(smtp.received.length, 1)
  })

  it('that refuses us, and not the mail, is asked again', async () => {
    const smtp = await smtpServer({
      onConnect: (_session, done) => done(Object.assign(new Error('not today'), { responseCode: 554 })),
    })
    await write(mail('greeted@example.com'))
    await database.work([deliverEmail(smtp.transport)])
    const waiting = await until(async () => {
      const { rows } = await database.owner.query(
        `select j.state from pgboss.job j join emails m on m.id = (j.data -> 'payload' ->> 'email_id')::uuid where m.recipient = 'greeted@example.com' and j.state = 'retry'`,
      )
      return rows.length
    })
    assert.equal(waiting, 1)
    assert.equal((await logged('greeted@example.com')).failed_at, null)
    await database.stopWorkers()
  })

  for (const [cuts, expected] of [
    [1, { copies: 2, sent: true }],
    [9, { copies: 2, sent: false }],
  ] as const) {
    it(`that takes a mail and hangs up without a word ${cuts} times leads to one repetition at most, under the same id`, async () => {
      const recipient = `cut${cuts}@example.com`
      let left: number = cuts
      const bodies: string[] = []
      const smtp = await smtpServer({
        onData(stream, session, done) {
          const chunks: Buffer[] = []
          stream.on('data', (chunk: Buffer) => chunks.push(chunk))
          stream.on('end', () => {
            bodies.push(Buffer.concat(chunks).toString())
            const mine = session.envelope.rcptTo[0]?.address === recipient
            if (mine && left-- > 0) smtp.hangUp()
            else done()
          })
        },
      })
      await write(mail(recipient))
      await database.work([deliverEmail(smtp.transport)])
      const email = await until(async () => {
        await hurry()
        const now = await logged(recipient)
        return (now.sent_at || now.failed_at) && now
      })
      const copies = bodies.filter((body) => header(body, 'To') === recipient)
      assert.equal(copies.length, expected.copies)
      assert.equal(new Set(copies.map((body) => header(body, 'Message-ID'))).size, 1)
      assert.equal(email.sent_at !== null, expected.sent)
    })
  }
})

describe('pruneEmails', () => {
  it('forgets mails after 90 days', async () => {
    await write(mail('old@example.com'))
    await write(mail('recent@example.com'))
    await database.owner.query(
      `update emails set created_at = now() - interval '91 days' where recipient = 'old@example.com'`,
    )
    await database.work([pruneEmails.job], { schedules: [{ ...pruneEmails.schedule, cron: '* * * * *' }] })
    await until(async () => !(await logged('old@example.com')))
    assert.ok(await logged('recent@example.com'))
  })
})
