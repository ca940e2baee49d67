/** How a client is reached, as a text says it; `client` is null where it names nobody. */
export type ContactReading = {
  client: string | null
  email: string | null
  phone: string | null
  contact_name: string | null
}

const address = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/
const number = /\+\d[\d ()-]{6,}\d/
const person =
  /\b(?:contact|attn\.?|ask for|speak to|ansprechpartner)(?: person| name)?(?: (?:at|of|for) [^:,]{2,40}?)?(?: is|:| ist)? ((?:\p{Lu}[\p{L}'.-]+ ?){1,4})/u

const name = "([\\p{L}\\p{N}][\\p{L}\\p{N}&'. -]{1,60}?)"
const what = '(?:new )?(?:e-?mail|mail|phone|telephone|mobile|contact|number|address)(?: address| number| person)?'
const owners = [
  new RegExp(`^(?:the |my |our )?(?:client )?${name}(?:'s|s') ${what}`, 'iu'),
  new RegExp(`${what} (?:for|of|at|from) (?:the |our |my )?(?:client )?${name}(?= is| ist|:| =|,| to |$)`, 'iu'),
  new RegExp(`(?:set|change|update|add) (?:the )?${name}(?:'s) ${what}`, 'iu'),
  new RegExp(`\\S+@\\S+ (?:to|for|is for|belongs to) (?:the |our |my )?(?:client )?${name}(?:'s.*)?$`, 'iu'),
  new RegExp(`^${name} (?:can be reached|is reached|uses|has|is at)`, 'iu'),
]

/** What a text says about reaching a client; null when it holds neither an address nor a number. */
export function readContact(text: string): ContactReading | null {
  const email = address.exec(text)?.[0] ?? null
  const phone = number.exec(text)?.[0] ?? null
  if (email === null && phone === null) return null
  const owner = owners.map((form) => form.exec(text)?.[1]?.trim()).find((found) => found && !vague.test(found))
  return { client: owner ?? null, email, phone, contact_name: person.exec(text)?.[1]?.trim() ?? null }
}

const vague = /^(?:their|his|her|the|its|it|this|that|client|the client|they|he|she|please|new|my|our)$/i
