import { downloadFile } from '../data/attachments.ts'
import type { Attachment } from '../data/rows.ts'
import { useDesk } from '../frame/desk-context.ts'
import { formatBytes } from '../look/format.ts'
import { Icon } from '../look/icon.tsx'
import { useAction } from '../look/use-action.ts'
import { showHidden } from './hidden-characters.ts'

/** The files of a message; each is saved, never opened in the page. */
export function Files({ files }: { files: Attachment[] }) {
  if (files.length === 0) return null
  return (
    <ul className="files" aria-label="Files">
      {files.map((file) => (
        <li key={file.file_path}>
          <OneFile file={file} />
        </li>
      ))}
    </ul>
  )
}

function OneFile({ file }: { file: Attachment }) {
  const { store } = useDesk()
  const { busy, problem, run } = useAction()
  return (
    <>
      <button
        type="button"
        className="file"
        disabled={busy}
        onClick={() => void run(() => downloadFile(store, file))}
        aria-label={`Save ${file.file_name}`}
      >
        <Icon name="file" />
        <span>
          <strong>{showHidden(file.file_name)}</strong>
          <span className="soft">
            {kindOf(file.file_name)} · {busy ? 'Fetching …' : formatBytes(file.size_bytes)}
          </span>
        </span>
      </button>
      {problem && <p className="problem">{problem}</p>}
    </>
  )
}

const kindOf = (name: string) => /\.([^.]+)$/.exec(name)?.[1]?.toUpperCase() ?? 'File'
