import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'

const MINUTES = 15
export const PASS_SECONDS = MINUTES * 60

const Pass = z.object({ sub: z.string().min(1), expires_at: z.number() })

export type AdminPasses = {
  issue(clerk_user_id: string): string
  /** The subject that a pass names, or undefined for one that is forged or out of date. */
  read(pass: string): string | undefined
}

/**
 * Passes for a page that an admin opens by its address, where a browser sends no bearer token. A pass says only who opened it:
 * whether that person is an admin is looked up each time. Every process with the same secret reads them.
 */
export function createAdminPasses(secret: string, now: () => number = Date.now): AdminPasses {
  const sign = (content: string) => createHmac('sha256', secret).update(`admin pass\n${content}`).digest()
  return {
    issue(sub) {
      const content = Buffer.from(JSON.stringify({ sub, expires_at: now() + PASS_SECONDS * 1_000 })).toString(
        'base64url',
      )
      return `${content}.${sign(content).toString('base64url')}`
    },
    read(pass) {
      const [content = '', signature = ''] = pass.split('.')
      const [given, right] = [Buffer.from(signature, 'base64url'), sign(content)]
      if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined
      const { sub, expires_at } = Pass.parse(JSON.parse(Buffer.from(content, 'base64url').toString()))
      return expires_at > now() ? sub : undefined
    },
  }
}
