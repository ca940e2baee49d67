import { resumeAnswer, stopAnswer } from '../data/answers.ts'
import type { Answer } from '../data/store.ts'
import { useDesk } from '../frame/desk-context.ts'
import { Icon } from '../look/icon.tsx'
import { Alert } from '../look/status-note.tsx'

/** Below an answer that is being given: that it goes on, and the way to stop it. */
export function LiveAnswerFoot({ conversation_id, answer }: { conversation_id: string; answer: Answer }) {
  const { store } = useDesk()
  if (answer.status === 'failed') return <Alert>{answer.failure}</Alert>
  if (answer.status === 'stopped') {
    return <p className="live-foot">You stopped the answer. Ask again, or say what to do instead.</p>
  }
  if (answer.status === 'lost') {
    return (
      <Alert onRetry={() => void resumeAnswer(store, conversation_id)}>
        The connection broke off. The assistant goes on; its answer appears here as soon as you are connected.
      </Alert>
    )
  }
  return (
    <div className="live-foot">
      <span className="pulse" />
      <span>{answer.status === 'stopping' ? 'Stopping …' : 'Assistant is working'}</span>
      <button
        type="button"
        className="quiet small"
        disabled={answer.status === 'stopping'}
        onClick={() => void stopAnswer(store, conversation_id)}
      >
        <Icon name="stop" /> Stop
      </button>
      {answer.failure && <span className="problem">{answer.failure}</span>}
    </div>
  )
}
