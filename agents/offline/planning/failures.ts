import type { Failure } from './turn.ts'

/** A tool's failure in plain words for the broker. */
export function explain({ code, message }: Failure): string {
  const sentence = tidy(message)
  switch (code) {
    case 'upstream_unavailable':
      return `${outage(message)} Nothing is lost: the request is kept as it is, and the work goes on by itself when it is back.`
    case 'invalid_input':
      return sentence + howTo(sentence)
    case 'limit_exceeded':
      return `A limit was reached: ${sentence}`
    case 'failed':
      return 'This did not work just now, and the reason is in the log. Nothing was changed; please try again in a moment.'
    default:
      return sentence
  }
}

const howTo = (sentence: string) =>
  /no e-mail address yet/.test(sentence) ? ' Tell me here, for example "the email is name@company.com".' : ''

export const isOutage = ({ code }: Failure) => code === 'upstream_unavailable'

function outage(message: string): string {
  if (/avinode|create_trip|get_trip|update_request/i.test(message)) return 'Avinode cannot be reached at the moment.'
  if (/mail|smtp/i.test(message)) return 'The mail server cannot be reached at the moment.'
  return tidy(message)
}

/** A sentence: zod's marks and paths are for programs. */
function tidy(message: string): string {
  const lines = message
    .split('\n')
    .map((line) => line.replace(/^\s*[✖→]\s*/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('at '))
  const text = lines.join('; ')
  return /[.!?]$/.test(text) ? text : `${text}.`
}
