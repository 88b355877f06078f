/**
 * Who sent a request: which proxies may say so, and what counts as one sender.
 */
import { BlockList, isIP } from 'node:net'

const NAMED: Record<string, readonly string[]> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
}

/** Only listed networks are believed: a header from anyone else would let every client choose its own address. */
export function trustedNetworks(networks: readonly string[]): (address: string | undefined) => boolean {
  const list = new BlockList()
  for (const network of networks.flatMap((name) => NAMED[name] ?? [name])) {
    const [address = '', prefix] = network.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    list.addSubnet(address, Number(prefix ?? (family === 'ipv6' ? 128 : 32)), family)
  }
  return (address) => {
    if (address === undefined) return false
    const bare = withoutPort(address)
    const family = isIP(bare)
    return family !== 0 && list.check(bare, family === 6 ? 'ipv6' : 'ipv4')
  }
}

/** Some proxies write the port of the client as well, which is another one with every connection (RFC 7239, section 6). */
function withoutPort(address: string): string {
  const [, six, four] = /^(?:\[([^\]]*)\]|([\d.]+))(?::\d{1,5})?$/.exec(address) ?? []
  return six ?? four ?? address
}

/** All whose address cannot be told count as one. */
const UNKNOWN = 'unknown'

/**
 * The part of an address that counts as one sender: IPv4 as it is, also when written as IPv6, and the /64 of IPv6,
 * because one subscriber can use all of its 2^64 addresses.
 */
export function senderOf(address: string | undefined): string {
  // A connection that was reset before anybody looked no longer tells its peer.
  if (address === undefined) return UNKNOWN
  const [plain] = withoutPort(address).split('%', 1) as [string]
  const family = isIP(plain)
  if (family === 4) return plain
  if (family === 0) return UNKNOWN
  const groups = expanded(plain)
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 0xff])
      .join('.')
  }
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`
}

function expanded(address: string): number[] {
  const [head = '', tail] = address.split('::')
  const groupsOf = (part: string) => (part === '' ? [] : part.split(':').flatMap(groupOf))
  const left = groupsOf(head)
  if (tail === undefined) return left
  const right = groupsOf(tail)
  return [...left, ...Array<number>(Math.max(0, 8 - left.length - right.length)).fill(0), ...right]
}

/** The last 32 bits may be written as an IPv4 address. */
function groupOf(text: string): number[] {
  if (!text.includes('.')) return [Number.parseInt(text, 16)]
  const [a = 0, b = 0, c = 0, d = 0] = text.split('.').map(Number)
  return [a * 256 + b, c * 256 + d]
}
