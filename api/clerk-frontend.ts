import { z } from 'zod'

/** How the page reaches Clerk: the key that names the installation, and the address of Clerk's frontend API, which is in the key. */
export type ClerkFrontend = { publishableKey: string; origin: string }

/** The address in a publishable key: `pk_live_` or `pk_test_`, and the host in base64, ended by a dollar sign. */
export const PublishableKey = z
  .string()
  .regex(/^pk_(live|test)_[A-Za-z0-9+/]+=*$/)
  .refine((key) => hostOf(key) !== undefined, 'This is no publishable key of Clerk')

export const clerkFrontend = (publishableKey: string): ClerkFrontend => ({
  publishableKey,
  origin: `https://${hostOf(publishableKey)}`,
})

function hostOf(key: string): string | undefined {
  const text = Buffer.from(key.replace(/^pk_(live|test)_/, ''), 'base64').toString()
  return /^([a-z0-9-]+(?:\.[a-z0-9-]+)+)\$$/.exec(text)?.[1]
}

/** The major version that the page is written for: newer ones of it come by themselves. */
const CLERK_JS = 'npm/@clerk/clerk-js@6/dist/clerk.browser.js'

/** What the page's document says of Clerk. Its values are letters, digits and signs of addresses. */
export const clerkTags = ({ publishableKey, origin }: ClerkFrontend) =>
  `<meta name="clerk-publishable-key" content="${publishableKey}" /><meta name="clerk-script" content="${origin}/${CLERK_JS}" />`
