import ReactMarkdown from 'react-markdown'

const ALLOWED = ['p', 'strong', 'em', 'ul', 'ol', 'li', 'code', 'pre', 'br', 'h1', 'h2', 'h3', 'h4', 'blockquote', 'a']

/** Text of people and models: no HTML, no images; a link shows where it leads and is followed only on this address. */
export function Markdown({ text }: { text: string }) {
  return (
    <div className="markdown">
      <ReactMarkdown allowedElements={ALLOWED} unwrapDisallowed skipHtml components={{ a: Link }}>
        {text}
      </ReactMarkdown>
    </div>
  )
}

function Link({ href, children }: { href?: string | undefined; children?: React.ReactNode }) {
  const own =
    href !== undefined && URL.canParse(href, location.href) && new URL(href, location.href).origin === location.origin
  if (own) return <a href={href}>{children}</a>
  return (
    <>
      {children} {href && <code>{href}</code>}
    </>
  )
}
