import { describe, expect, it } from 'vitest'
import { applyMargin, formatMoney, parseMoney, sayMoney, spellMoney } from './money.ts'

describe('an amount of money', () => {
  it.each([
    ['120000', 12000000n],
    [120000, 12000000n],
    ['112000.00', 11200000n],
    ['0.05', 5n],
    [0.1, 10n],
    ['1,250,000.5', 125000050n],
    ['$ 99', 9900n],
    ['7.100', 710n],
    ['9999999999.99', 999999999999n],
  ])('%s is read to the cent', (written, cents) => {
    expect(parseMoney(written)).toBe(cents)
  })

  it.each([
    '-1',
    -5,
    'NaN',
    Number.NaN,
    Number.POSITIVE_INFINITY,
    '',
    '1,2,3',
    '12.345',
    '1e9',
    1e21,
    '10000000000.00',
    '120k',
  ])('%s is refused', (written) => {
    expect(() => parseMoney(written, 'budget')).toThrow(/^budget: /)
  })

  it('is written with two places, and for people with the currency', () => {
    expect(formatMoney(12880000n)).toBe('128800.00')
    expect(formatMoney(5n)).toBe('0.05')
    expect(formatMoney(-320050n)).toBe('-3200.50')
    expect(spellMoney('1128800.00', 'USD')).toBe('USD 1,128,800.00')
    expect(sayMoney('1128800.00', 'USD')).toBe('USD 1,128,800')
    expect(sayMoney('84520.50', 'EUR')).toBe('EUR 84,520.50')
  })
})

describe('the margin', () => {
  it('of 15 % on 112,000.00 is 16,800.00, and the client pays 128,800.00', () => {
    expect(applyMargin('112000.00', { margin_type: 'percentage', margin_value: '15.00' })).toEqual({
      total_amount: '112000.00',
      margin_applied: '16800.00',
      final_amount: '128800.00',
    })
  })

  it('in percent is rounded half up, to the cent', () => {
    const margin = (total: string, margin_value: string) =>
      applyMargin(total, { margin_type: 'percentage', margin_value }).margin_applied

    expect(margin('0.10', '15')).toBe('0.02') // 1.5 cents
    expect(margin('0.09', '15')).toBe('0.01') // 1.35 cents
    expect(margin('33333.33', '12.5')).toBe('4166.67') // 4166.66625
  })

  it('may be a fixed amount', () => {
    expect(applyMargin('98765.43', { margin_type: 'fixed', margin_value: 7500 })).toMatchObject({
      margin_applied: '7500.00',
      final_amount: '106265.43',
    })
  })

  it('is at most 100 %', () => {
    expect(applyMargin('1.00', { margin_type: 'percentage', margin_value: '100' }).final_amount).toBe('2.00')
    expect(() => applyMargin('1.00', { margin_type: 'percentage', margin_value: '100.01' })).toThrow('surely a slip')
  })

  it('is neither negative nor larger than the database can hold', () => {
    expect(() => applyMargin('1.00', { margin_type: 'fixed', margin_value: '-1' })).toThrow('not an amount')
    expect(() => applyMargin('9999999999.99', { margin_type: 'fixed', margin_value: '1' })).toThrow('too large')
  })
})
