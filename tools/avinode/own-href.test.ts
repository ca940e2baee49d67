import { expect, it } from 'vitest'
import { InvalidInputError } from '../errors.ts'
import { assertOwnHref } from './own-href.ts'

const base = new URL('https://sandbox.avinode.com/api')

it('an address of our own Avinode is taken, without what hangs on its end', () => {
  const url = assertOwnHref('https://sandbox.avinode.com/api/rfqs/arfq-1?x=1#y', base, 'arfq-1')

  expect(url.href).toBe('https://sandbox.avinode.com/api/rfqs/arfq-1')
})

it.each([
  ['another host', 'https://evil.example/api/rfqs/arfq-1'],
  ['a host that contains the name', 'https://sandbox.avinode.com.evil.example/api/rfqs/arfq-1'],
  ['a host in front of the name', 'https://evil-sandbox.avinode.com/api/rfqs/arfq-1'],
  ['a name before an @', 'https://sandbox.avinode.com@evil.example/api/rfqs/arfq-1'],
  ['credentials', 'https://user:pass@sandbox.avinode.com/api/rfqs/arfq-1'],
  ['plain http', 'http://sandbox.avinode.com/api/rfqs/arfq-1'],
  ['another port', 'https://sandbox.avinode.com:8443/api/rfqs/arfq-1'],
  ['a path outside the API', 'https://sandbox.avinode.com/marketplace/rfqs/arfq-1'],
  ['a path that climbs out', 'https://sandbox.avinode.com/api/../secret/arfq-1'],
  ['a hidden climb', 'https://sandbox.avinode.com/api/rfqs/..%2f..%2farfq-1'],
  ['a path that only begins like the API', 'https://sandbox.avinode.com/apis/rfqs/arfq-1'],
  ['another resource', 'https://sandbox.avinode.com/api/rfqs/arfq-2'],
  ['no address at all', 'arfq-1'],
  ['an inner service', 'http://169.254.169.254/api/rfqs/arfq-1'],
])('%s is refused', (_name, href) => {
  expect(() => assertOwnHref(href, base, 'arfq-1')).toThrow(InvalidInputError)
})
