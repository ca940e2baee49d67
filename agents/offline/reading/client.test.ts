import { expect, it } from 'vitest'
import { readClient } from './client.ts'

it.each([
  ['Teterboro to LA for Acme, 8 people', 'Acme'],
  ['client is Brightwater Capital', 'Brightwater Capital'],
  ['client: "blue ocean"', 'blue ocean'],
  ['on behalf of J. Smith & Sons', 'J. Smith & Sons'],
  ['for Bank of Boston, tomorrow', 'Bank of Boston'],
  ['for April Air on May 3', 'April Air'],
  ['for Acme. They want a G650', 'Acme'],
  ['Redwood needs a jet', 'Redwood'],
  ['client Desert Holdings LLC', 'Desert Holdings LLC'],
  ['für Meyer AG', 'Meyer AG'],
  ['create a client called Brightwater Capital', 'Brightwater Capital'],
  ['for Aspen, TEB to LAX', 'Aspen'],
])('%s', (text, client) => {
  expect(readClient(text).client).toBe(client)
})

it.each([
  'for Boston to Miami',
  'for 8',
  'for Friday',
  'for May 5',
  'for my client',
  'for a weekend',
  'leaving for Aspen tomorrow',
  'thanks for your help',
])('%s names no client', (text) => {
  expect(readClient(text).client).toBeNull()
})
