/** A header that carries any file name safely: plain ASCII for old readers, the true name encoded (RFC 6266). */
export function contentDisposition(kind: 'inline' | 'attachment', file_name: string): string {
  const name = file_name.replace(/[\p{Cc}\p{Cf}\p{Cs}/\\]/gu, '').trim() || 'file'
  const plain = name.replace(/[^\x20-\x7e]|["%;]/g, '_')
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `${kind}; filename="${plain}"; filename*=UTF-8''${encoded}`
}
