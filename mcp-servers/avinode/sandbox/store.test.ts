import { expect, it } from 'vitest'
import { openStore } from './store.ts'

it('finds records by a value, through changes and removals, in the order in which they came', () => {
  const store = openStore(undefined)
  const deliveries = store.collection<{ id: string; status: string; of: string }>('deliveries')
  const waiting = () => deliveries.where('status', 'waiting').map(({ id }) => id)
  for (const id of ['a', 'b', 'c']) deliveries.put({ id, status: 'waiting', of: 'x' })

  expect(waiting()).toEqual(['a', 'b', 'c'])
  deliveries.put({ id: 'b', status: 'sent', of: 'x' })
  deliveries.put({ id: 'd', status: 'waiting', of: 'y' })
  expect(waiting()).toEqual(['a', 'c', 'd'])
  expect(deliveries.where('status', 'sent')).toEqual([{ id: 'b', status: 'sent', of: 'x' }])
  deliveries.remove('a')
  expect(waiting()).toEqual(['c', 'd'])
  expect(deliveries.where('of', 'x').map(({ id }) => id)).toEqual(['b', 'c'])
  store.clear(['deliveries'])
  expect(waiting()).toEqual([])
  store.close()
})
