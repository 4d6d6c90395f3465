import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { startI18n } from './i18n/i18n.ts';
import { notePlaces } from './layout/scroll-places.ts';
import './theme/tokens.css';
import './theme/base.css';
import { applyTheme } from './theme/theme.ts';

applyTheme();
notePlaces();
await startI18n();
createRoot(document.querySelector('#console')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
