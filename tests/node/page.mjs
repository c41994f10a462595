// What the pages have in common: their address tells them the server and a key, and they tell their own
// server what came of it.
export const { url, key } = Object.fromEntries(new URLSearchParams(location.search));

export function tell(told) {
  fetch('told', { method: 'POST', body: JSON.stringify(told) });
}

window.addEventListener('error', ({ message }) => tell({ failed: message }));
window.addEventListener('unhandledrejection', ({ reason }) => tell({ failed: String(reason) }));
