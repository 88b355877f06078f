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
    const family = isIP(address)
    return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4')
  }
}

/**
 * The part of an address that counts as one sender: IPv4 as it is, also when written as IPv6, and the /64 of IPv6,
 * because one subscriber can use all of its 2^64 addresses.
 */
export function senderOf(address: string | undefined): string {
  // A connection that was reset before anybody looked no longer tells its peer.
  if (address === undefined) return 'unknown'
  if (!address.includes(':')) return address
  const plain = address.split('%', 1)[0] as string
  const dotted = plain.slice(plain.lastIndexOf(':') + 1)
  if (dotted.includes('.')) return dotted
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
  const groupsOf = (part: string) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)))
  const left = groupsOf(head)
  if (tail === undefined) return left
  const right = groupsOf(tail)
  return [...left, ...Array<number>(Math.max(0, 8 - left.length - right.length)).fill(0), ...right]
}
