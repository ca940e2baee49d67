import { InvalidInputError } from '../errors.ts'

/**
 * Checks that an address from outside is a resource of our own Avinode host before any secret is sent to it: exact scheme, host
 * and port, a path below the API's, no credentials, and the resource's id as its last part. Throws `InvalidInputError`.
 */
export function assertOwnHref(href: string, base: URL, id?: string): URL {
  const refuse = (message: string) => new InvalidInputError([{ path: 'href', message }])
  if (!URL.canParse(href)) throw refuse('The address is not a URL')
  const url = new URL(href)
  if (url.origin !== base.origin || url.username !== '' || url.password !== '') {
    throw refuse('The address is not on the configured Avinode host')
  }
  const root = `${base.pathname.replace(/\/+$/, '')}/`
  if (!url.pathname.startsWith(root)) throw refuse('The address is not part of the Avinode API')
  const parts = url.pathname.slice(root.length).split('/')
  if (parts.some((part) => !/^[\w-]+$/.test(part))) throw refuse('The address is not a plain resource')
  if (id !== undefined && parts.at(-1) !== id) throw refuse('The address names another resource than the notification')
  url.search = ''
  url.hash = ''
  return url
}
