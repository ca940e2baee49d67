import { OpenAPIHono } from '@hono/zod-openapi'
import { z } from 'zod'
import { Client } from '../../tools/clients/client.ts'
import { createClient } from '../../tools/clients/create-client.ts'
import { deleteClient } from '../../tools/clients/delete-client.ts'
import { getClient } from '../../tools/clients/get-client.ts'
import { listClients } from '../../tools/clients/list-clients.ts'
import { ClientExistsError } from '../../tools/clients/namesake.ts'
import { EMPTIABLE, updateClient } from '../../tools/clients/update-client.ts'
import { runTool } from '../../tools/tool.ts'
import type { ApiEnv } from '../api-env.ts'
import { changesOf, emptiedIn, failures, IdParam, json, jsonBody, operation, PageQuery, pageOf } from '../operation.ts'

const tags = ['Clients']
const ClientRow = Client.meta({ id: 'Client' })

const list = operation({
  method: 'get',
  path: '/api/clients',
  tags,
  summary: 'Your clients, newest first',
  request: {
    query: PageQuery.extend({
      query: z.string().max(200).optional().describe('Part of the name of company or contact'),
    }),
  },
  responses: { 200: pageOf(ClientRow, 'A page of clients') },
})

const create = operation({
  method: 'post',
  path: '/api/clients',
  tags,
  summary: 'Add a client; a name that you have already is 409 with the `client_id` of that client',
  request: {
    body: jsonBody(createClient.input, {
      company_name: 'Acme Industries',
      contact_name: 'Jordan Avery',
      email: 'jordan@acme.example',
      preferences: { preferred_aircraft: ['Gulfstream G650'] },
    }),
  },
  responses: { 201: json(ClientRow, 'The new client'), ...failures(409) },
})

const get = operation({
  method: 'get',
  path: '/api/clients/{id}',
  tags,
  summary: 'One client',
  request: { params: IdParam },
  responses: { 200: json(ClientRow, 'The client') },
})

const update = operation({
  method: 'patch',
  path: '/api/clients/{id}',
  tags,
  summary: 'Change a client: null empties a field, preferences are added to those known',
  request: {
    params: IdParam,
    body: jsonBody(changesOf(updateClient.input.omit({ client_id: true, emptied: true }), EMPTIABLE), {
      phone: '+1 201 555 0142',
    }),
  },
  responses: { 200: json(ClientRow, 'The client as it is now'), ...failures(409) },
})

const remove = operation({
  method: 'delete',
  path: '/api/clients/{id}',
  tags,
  summary: 'Take a client out of the lists; its requests and proposals stay, and it gets no new ones',
  request: { params: IdParam },
  responses: { 204: { description: 'Done' } },
})

/** A broker's own clients. */
export const clientRoutes = () =>
  new OpenAPIHono<ApiEnv>()
    .openapi(list, async (c) => {
      const { cursor = null, limit, query = null } = c.req.valid('query')
      const { clients, next_cursor } = await runTool(listClients, { cursor, limit, query }, c.var.context)
      return c.json({ data: clients, next_cursor }, 200)
    })
    .openapi(create, async (c) => {
      const { client, created } = await runTool(createClient, await c.req.json(), c.var.context)
      if (!created) throw new ClientExistsError(client)
      return c.json(client, 201)
    })
    .openapi(get, async (c) => {
      const { client } = await runTool(getClient, { client_id: c.req.valid('param').id }, c.var.context)
      return c.json(client, 200)
    })
    .openapi(update, async (c) => {
      const changes = c.req.valid('json')
      const input = { ...changes, emptied: emptiedIn(changes, EMPTIABLE), client_id: c.req.valid('param').id }
      const { client } = await runTool(updateClient, input, c.var.context)
      return c.json(client, 200)
    })
    .openapi(remove, async (c) => {
      await deleteClient(c.req.valid('param').id, c.var.context)
      return c.body(null, 204)
    })
