import assert from 'node:assert/strict'
import { test } from 'node:test'
import { senderOf, trustedNetworks } from './addresses.ts'
import { startTestServer } from './testing.ts'

test('one subscriber is one sender: an IPv4 address in any writing, the /64 of an IPv6 address', () => {
  assert.equal(senderOf('192.0.2.7'), '192.0.2.7')
  assert.equal(senderOf('::ffff:192.0.2.7'), '192.0.2.7')
  assert.equal(senderOf('::ffff:c000:207'), '192.0.2.7')
  assert.equal(senderOf('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2::/64')
  assert.equal(senderOf('2001:db8:1:2::9'), '2001:db8:1:2::/64')
  assert.equal(senderOf('2001:db8:1:2:ffff:ffff:ffff:ffff'), '2001:db8:1:2::/64')
  assert.notEqual(senderOf('2001:db8:1:3::9'), senderOf('2001:db8:1:2::9'))
  assert.equal(senderOf('::1'), '0:0:0:0::/64')
  assert.equal(senderOf('fe80::1%eth0'), 'fe80:0:0:0::/64')
})

test('a port that a proxy adds makes no other sender, nor does a spelling', () => {
  for (const address of ['192.0.2.7:40001', '192.0.2.7:40002', '[::ffff:192.0.2.7]:443', '0:0:0:0:0:FFFF:192.0.2.7']) {
    assert.equal(senderOf(address), '192.0.2.7')
  }
  for (const address of [
    '[2001:db8:1:2::9]',
    '[2001:DB8:1:2::9]:443',
    '2001:db8:1:2::192.0.2.7',
    '2001:0db8:1:2:0::9',
  ]) {
    assert.equal(senderOf(address), '2001:db8:1:2::/64')
  }
})

test('what is no address is one sender, however it is written', () => {
  for (const text of ['', 'unknown', '_hidden', 'a:b', '192.0.2.7:x', '[::1', '1.2.3']) {
    assert.equal(senderOf(text), senderOf(undefined))
  }
})

test('a proxy that is named with its port is still the proxy', () => {
  const trusts = trustedNetworks(['10.0.0.0/8', '2001:db8::/32'])
  for (const address of ['10.1.2.3:8080', '[2001:db8::5]:8080', '[2001:db8::5]']) assert.ok(trusts(address), address)
  assert.ok(!trusts('192.0.2.1:8080'))
})

test('only listed networks are trusted', () => {
  const trusts = trustedNetworks(['10.0.0.0/8', 'loopback', '2001:db8::/32', '192.0.2.1'])
  for (const address of ['10.1.2.3', '127.0.0.1', '::1', '2001:db8::5', '192.0.2.1', '::ffff:10.1.2.3']) {
    assert.ok(trusts(address), address)
  }
  for (const address of ['11.0.0.1', '192.0.2.2', '2001:db9::1', 'unknown', '', undefined]) {
    assert.ok(!trusts(address), String(address))
  }
  assert.ok(!trustedNetworks([])('127.0.0.1'))
})

async function seen(trustedProxies: string[], headers: Record<string, string>) {
  const server = await startTestServer({
    config: { trustedProxies },
    routes: (app) =>
      app.get('/api/v1/who', { config: { access: 'public' } }, async (request) => ({ ip: request.ip, id: request.id })),
  })
  try {
    const answer = await fetch(`${server.url}/api/v1/who`, { headers })
    return { ...((await answer.json()) as { ip: string; id: string }), header: answer.headers.get('x-request-id') }
  } finally {
    await server.close()
  }
}

test('a client cannot choose its address or its request id', async () => {
  const { ip, id, header } = await seen([], { 'x-forwarded-for': '203.0.113.9', 'x-request-id': 'chosen-by-client' })
  assert.equal(ip, '127.0.0.1')
  assert.notEqual(id, 'chosen-by-client')
  assert.equal(header, id)
})

test('a trusted proxy may say who asks and which request it is', async () => {
  const { ip, id } = await seen(['loopback'], { 'x-forwarded-for': '203.0.113.9', 'x-request-id': 'trace-12345' })
  assert.equal(ip, '203.0.113.9')
  assert.equal(id, 'trace-12345')
})

test('what a client wrote before the proxy is not believed, and an id that could break a line is replaced', async () => {
  const forged = await seen(['loopback'], { 'x-forwarded-for': '10.0.0.1, 203.0.113.9' })
  assert.equal(forged.ip, '203.0.113.9')
  for (const id of ['short', 'x'.repeat(65), 'with space in it', 'a"b"c"d"e']) {
    assert.notEqual((await seen(['loopback'], { 'x-request-id': id })).id, id)
  }
})
