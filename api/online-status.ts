import { z } from 'zod'

/** What others see of a broker. */
export const OnlineStatus = z.enum(['online', 'away', 'busy', 'offline'])
