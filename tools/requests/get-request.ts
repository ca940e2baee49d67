import { z } from 'zod'
import { defineTool } from '../tool.ts'
import { Request, readRequest } from './request.ts'

export const getRequest = defineTool({
  name: 'get_request',
  description: 'Read one request with its state, itinerary, client, wishes and Avinode link.',
  effect: 'read',
  input: z.strictObject({ request_id: z.uuid().describe('From list_requests') }),
  output: z.object({ request: Request }),
  async run({ request_id }, context) {
    return { request: await readRequest(request_id, context) }
  },
})
