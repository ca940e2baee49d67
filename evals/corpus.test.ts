import { describe, expect, it } from 'vitest'
import { corpus } from './corpus/corpus.ts'
import { scoreCorpus } from './corpus/score.ts'

describe('what the offline model reads of texts that brokers type', () => {
  const score = scoreCorpus(corpus)

  it('is measured on at least 150 different texts', () => {
    expect(new Set(corpus.map(({ text }) => JSON.stringify(text))).size).toBe(corpus.length)
    expect(corpus.length).toBeGreaterThanOrEqual(150)
  })

  it('is right in at least 95 % of the fields', () => {
    expect(score.share, score.wrong.join('\n')).toBeGreaterThanOrEqual(0.95)
  })

  it('is never a guess stated as fact: where a text leaves a choice, it asks', () => {
    expect(score.wrong.filter((line) => line.startsWith('guessed'))).toEqual([])
  })
})
