import { expect, it } from 'vitest'
import { createCircuit } from './circuit.ts'

function playedCircuit() {
  let now = 0
  const circuit = createCircuit({ failures: 3, pause_ms: 10_000, longest_ms: 30_000 }, () => now)
  const fail = (times: number) => {
    for (let time = 0; time < times; time += 1) circuit.failed()
  }
  const pass = (ms: number) => {
    now += ms
  }
  return { circuit, fail, pass }
}

it('lets everything through until so many calls in a row have failed', () => {
  const { circuit, fail } = playedCircuit()
  fail(2)
  expect(circuit.take()).toBe(0)
  circuit.answered()
  fail(2)
  expect(circuit.take()).toBe(0)
  fail(1)
  expect(circuit.take()).toBe(10)
})

it('after the pause lets one try, and all once that was answered', () => {
  const { circuit, fail, pass } = playedCircuit()
  fail(3)
  pass(9_500)
  expect(circuit.take()).toBe(1)
  pass(500)
  expect([circuit.take(), circuit.take()]).toEqual([0, 10])
  circuit.answered()
  expect([circuit.take(), circuit.take()]).toEqual([0, 0])
})

it('pauses longer each time, up to the longest, and begins anew after an answer', () => {
  const { circuit, fail, pass } = playedCircuit()
  fail(3)
  for (const seconds of [20, 30, 30]) {
    pass(60_000)
    expect(circuit.take()).toBe(0)
    fail(1)
    expect(circuit.take()).toBe(seconds)
  }
  pass(60_000)
  circuit.take()
  circuit.answered()
  fail(3)
  expect(circuit.take()).toBe(10)
})

it('pauses once for all who failed together', () => {
  const { circuit, fail, pass } = playedCircuit()
  fail(3)
  pass(4_000)
  fail(5)
  expect(circuit.take()).toBe(6)
})

it('whose one call never came to an end lets another try after a pause', () => {
  const { circuit, fail, pass } = playedCircuit()
  fail(3)
  pass(10_000)
  circuit.take()
  pass(10_000)
  expect(circuit.take()).toBe(0)
})
