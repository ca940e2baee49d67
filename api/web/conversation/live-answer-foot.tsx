import { resumeAnswer, stopAnswer } from '../data/answers.ts'
import { type Answer, useStore } from '../data/store.ts'
import { useDesk } from '../frame/desk-context.ts'
import { Icon } from '../look/icon.tsx'
import { Alert } from '../look/status-note.tsx'

/** That an answer is being given, and the way to stop it. It stands below the messages and not among them: what grows there does not move it. */
export function LiveAnswerFoot({ conversation_id }: { conversation_id: string }) {
  const { store } = useDesk()
  const status = useStore(store, ({ answers }) => answers[conversation_id]?.status)
  const failure = useStore(store, ({ answers }) => answers[conversation_id]?.failure)
  if (status !== 'running' && status !== 'stopping') return null
  return (
    <div className="live-foot">
      <span className="pulse" />
      <span>{status === 'stopping' ? 'Stopping …' : 'Assistant is working'}</span>
      <button
        type="button"
        className="quiet small"
        disabled={status === 'stopping'}
        onClick={() => void stopAnswer(store, conversation_id)}
      >
        <Icon name="stop" /> Stop
      </button>
      {failure && <span className="problem">{failure}</span>}
    </div>
  )
}

/** At the end of an answer that did not come to its own end: why, and what to do. */
export function BrokenAnswer({ conversation_id, answer }: { conversation_id: string; answer: Answer }) {
  const { store } = useDesk()
  if (answer.status === 'failed') return <Alert>{answer.failure}</Alert>
  if (answer.status === 'stopped') {
    return <p className="stopped-answer soft">You stopped the answer. Ask again, or say what to do instead.</p>
  }
  return (
    <Alert onRetry={() => void resumeAnswer(store, conversation_id)}>
      The connection broke off. The assistant goes on; its answer appears here as soon as you are connected.
    </Alert>
  )
}
