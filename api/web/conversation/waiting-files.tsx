import { Icon } from '../look/icon.tsx'
import { showHidden } from './hidden-characters.ts'
import type { Waiting } from './use-attachments.ts'

type Props = { files: Waiting[]; onRemove(key: string): void; onRetry(file: Waiting): void }

/** The files of a message that is not sent yet: how far each is, and why one cannot go. */
export function WaitingFiles({ files, onRemove, onRetry }: Props) {
  if (files.length === 0) return null
  return (
    <ul className="waiting-files" aria-label="Files to send">
      {files.map((file) => (
        <li key={file.key} data-failed={file.failure !== undefined}>
          <Icon name={file.failure ? 'alert' : file.stored ? 'check' : 'file'} />
          <span>
            <strong>{showHidden(file.name)}</strong>
            {file.failure && <span className="problem">{file.failure}</span>}
            {!file.stored && !file.failure && (
              <progress value={file.share} max={1} aria-label={`${file.name} on its way`} />
            )}
          </span>
          {file.failure && file.file && (
            <button type="button" className="quiet small" onClick={() => onRetry(file)}>
              Try again
            </button>
          )}
          <button
            type="button"
            className="quiet small"
            aria-label={`Leave ${file.name} out`}
            onClick={() => onRemove(file.key)}
          >
            <Icon name="close" />
          </button>
        </li>
      ))}
    </ul>
  )
}
