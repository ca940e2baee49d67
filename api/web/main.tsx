import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import './look/base.css'
import './look/controls.css'
import './frame/frame.css'
import './frame/overlays.css'
import './conversation/conversation.css'
import './conversation/composer.css'
import './cards/cards.css'
import './deal/deal.css'
import './deal/quotes.css'
import './deal/history.css'
import './people/people.css'
import { applyTheme } from './look/preferences.ts'

applyTheme()
const root = document.getElementById('root')
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  )
}
