// A bare WebSocket, as an app on a server opens it.
import WebSocket from 'ws';
import { Conversation } from './conversation.mjs';

const url = process.env.OPENAI_BASE_URL.replace('http', 'ws') + '/realtime?model=gpt-realtime';
const headers = { Authorization: `Bearer ${process.env.OPENAI_API_KEY}` };
const socket = new WebSocket(url, { headers });
const conversation = new Conversation(
  (event) => socket.send(JSON.stringify(event)),
  (told) => {
    console.log(JSON.stringify(told));
    socket.close();
  },
);
socket.on('open', () => conversation.begin());
socket.on('message', (data) => conversation.hear(JSON.parse(data)));
