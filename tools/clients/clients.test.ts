import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ToolContext } from '../context.ts'
import { startTestDesk, type TestDesk } from '../test-context.ts'
import { runTool } from '../tool.ts'
import { createClient } from './create-client.ts'
import { deleteClient } from './delete-client.ts'
import { findClients } from './find-clients.ts'
import { getClient } from './get-client.ts'
import { listClients } from './list-clients.ts'
import { updateClient } from './update-client.ts'

let desk: TestDesk
let dana: ToolContext
let omar: ToolContext
beforeAll(async () => {
  desk = await startTestDesk()
  ;[dana, omar] = [await desk.broker(), await desk.broker()]
})
afterAll(() => desk[Symbol.asyncDispose]())

describe("a broker's clients", () => {
  it('are found by a part of the company or contact name, however it is written', async () => {
    await runTool(createClient, { company_name: 'Acme Corporation', contact_name: 'Jordan Avery' }, dana)
    await runTool(createClient, { company_name: 'Acme Bakery' }, dana)
    const found = async (query: string) =>
      (await runTool(findClients, { query }, dana)).clients.map(({ company_name }) => company_name)

    expect(await found('acme')).toEqual(['Acme Corporation', 'Acme Bakery'])
    expect(await found('ACME, Inc.')).toEqual(['Acme Corporation', 'Acme Bakery'])
    expect(await found('avery')).toEqual(['Acme Corporation'])
    expect(await found('100%')).toEqual([])
    expect(await found('_')).toEqual([])
  })

  it('are created once: a name that exists already, with or without its legal form, is the same client', async () => {
    const first = await runTool(createClient, { company_name: 'Brightwater Capital' }, dana)
    const second = await runTool(createClient, { company_name: 'Brightwater Capital, LLC' }, dana)

    expect([first.created, second.created]).toEqual([true, false])
    expect(second.client.id).toBe(first.client.id)
  })

  it('are created once in a turn, also in other words', async () => {
    const chat = await desk.chat(dana)
    const first = await runTool(createClient, { company_name: 'Harbour Freight' }, chat)
    const second = await runTool(createClient, { company_name: 'Harbour Freight', notes: 'from Oslo' }, chat)

    expect([first.created, second.created]).toEqual([true, false])
    expect(second.client).toEqual(first.client)
  })

  it('keep preferences that an update does not name', async () => {
    const preferences = { preferred_aircraft: 'Gulfstream G650', dietary_restrictions: ['vegetarian'] }
    const { client } = await runTool(createClient, { company_name: 'Redwood', preferences }, dana)

    await runTool(updateClient, { client_id: client.id, preferences: { dietary_restrictions: ['vegan'] } }, dana)

    expect((await runTool(getClient, { client_id: client.id }, dana)).client.preferences).toEqual({
      preferred_aircraft: ['Gulfstream G650'],
      dietary_restrictions: ['vegan'],
    })
  })

  it('are neither seen, changed nor deleted by another broker', async () => {
    const { client } = await runTool(createClient, { company_name: 'Private Matters' }, dana)
    const client_id = client.id

    await expect(runTool(getClient, { client_id }, omar)).rejects.toMatchObject({ code: 'not_found' })
    await expect(runTool(updateClient, { client_id, notes: 'mine' }, omar)).rejects.toMatchObject({ code: 'not_found' })
    await expect(deleteClient(client_id, omar)).rejects.toMatchObject({ code: 'not_found' })
    expect((await runTool(findClients, { query: 'Private' }, omar)).clients).toEqual([])
    expect((await runTool(getClient, { client_id }, dana)).client).toEqual(client)
  })

  it('leave every list when they are deleted', async () => {
    const { client } = await runTool(createClient, { company_name: 'Gone Tomorrow' }, dana)

    expect((await deleteClient(client.id, dana)).is_active).toBe(false)
    expect((await runTool(findClients, { query: 'Gone Tomorrow' }, dana)).clients).toEqual([])
  })

  it('come in pages that miss and repeat none, also when many were created in the same instant', async () => {
    const lena = await desk.broker()
    await desk.sql.query(
      "insert into client_profiles (iso_agent_id, company_name) select $1, 'Client ' || n from generate_series(1, 7) n",
      [lena.broker.iso_agent_id],
    )
    const seen: string[] = []
    let cursor: string | null = null
    do {
      const page: { clients: { id: string }[]; next_cursor: string | null } = await runTool(
        listClients,
        { limit: 3, cursor },
        lena,
      )
      seen.push(...page.clients.map(({ id }) => id))
      cursor = page.next_cursor
    } while (cursor)

    expect(seen.length).toBe(7)
    expect(new Set(seen).size).toBe(7)
    await expect(runTool(listClients, { cursor: 'nonsense' }, lena)).rejects.toMatchObject({ code: 'invalid_input' })
  })
})
