/** Where the pages may send a person: only to web addresses that the API call named. */
import { StripeFault } from '../world.ts'

export function assertAddress(address: string, param: string): void {
  const url = URL.parse(address)
  if (url && (url.protocol === 'http:' || url.protocol === 'https:') && !url.username && !url.password) return
  throw new StripeFault(400, {
    message: 'Not a valid URL. URLs must begin with `http://` or `https://`.',
    code: 'url_invalid',
    param,
  })
}
