/** Brings what waits for a decision into view and gives it the focus; its own keys decide. */
export function goToApproval() {
  const card = document.querySelector<HTMLElement>('.approval[data-status="pending"]')
  card?.focus({ preventScroll: true })
  card?.scrollIntoView({ block: 'start' })
}
