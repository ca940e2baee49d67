import { memo, type ReactNode } from 'react'
import ReactMarkdown from 'react-markdown'
import { useStore } from '../data/store.ts'
import { useDesk } from '../frame/desk-context.ts'
import { Icon } from '../look/icon.tsx'
import { showHidden } from './hidden-characters.ts'
import { passagesOf } from './passages.ts'

const ALLOWED = [
  'p',
  'strong',
  'em',
  'ul',
  'ol',
  'li',
  'code',
  'pre',
  'br',
  'h1',
  'h2',
  'h3',
  'h4',
  'blockquote',
  'a',
  'hr',
]
const COMPONENTS = { a: Link, h1: Heading, h2: Heading, h3: Heading, h4: Heading }

/** Text of people and models: no HTML, no images, nothing hidden. */
export const Markdown = ({ text }: { text: string }) => (
  <div className="markdown" dir="auto">
    <Passage text={text} />
  </div>
)

/** The same for text that grows: only its last passage is read anew with every word. */
export const GrowingMarkdown = ({ text }: { text: string }) => (
  <div className="markdown" dir="auto">
    {passagesOf(text).map((passage, at) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: passages are added at the end and never move
      <Passage key={at} text={passage} />
    ))}
  </div>
)

const Passage = memo(function Passage({ text }: { text: string }) {
  return (
    <ReactMarkdown allowedElements={ALLOWED} unwrapDisallowed skipHtml components={COMPONENTS}>
      {showHidden(text)}
    </ReactMarkdown>
  )
})

/** A message has no place in the outline of the page. */
function Heading({ children }: { children?: ReactNode }) {
  return (
    <p>
      <strong>{children}</strong>
    </p>
  )
}

/** Followed on our own address, and to the very trips that we made in Avinode. Any other address is shown, not followed. */
function Link({ href, children }: { href?: string; children?: ReactNode }) {
  const { store } = useDesk()
  const isTrip = useStore(store, ({ requests }) =>
    Object.values(requests).some(
      ({ avinode_deep_link }) => avinode_deep_link !== null && isSame(avinode_deep_link, href),
    ),
  )
  if (isTrip) {
    return (
      <a href={href} target="_blank" rel="noreferrer">
        {children} <Icon name="out" />
      </a>
    )
  }
  if (href && URL.canParse(href, location.href) && new URL(href, location.href).origin === location.origin) {
    return <a href={href}>{children}</a>
  }
  return (
    <>
      {children} {href && children !== href && <code className="address">{showHidden(href)}</code>}
    </>
  )
}

const isSame = (address: string, href: string | undefined) =>
  href !== undefined && URL.canParse(address) && URL.canParse(href) && new URL(address).href === new URL(href).href
