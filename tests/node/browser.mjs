// What a page in a browser does: the key is a subprotocol, and the page has an origin of its own.
import WebSocket from 'ws';

const url = process.env.OPENAI_BASE_URL.replace('http', 'ws') + '/realtime?model=gpt-realtime';
const protocols = ['realtime', 'openai-insecure-api-key.' + process.env.OPENAI_API_KEY];
const socket = new WebSocket(url, protocols, { origin: 'https://app.example' });
socket.on('error', (error) => {
  console.error(error.message);
  process.exit(1);
});
socket.on('open', () => socket.send(JSON.stringify({ type: 'response.create' })));
socket.on('message', (data) => {
  if (JSON.parse(data).type === 'response.done') {
    console.log(socket.protocol === 'realtime' ? 'answered' : socket.protocol);
    socket.close();
  }
});
