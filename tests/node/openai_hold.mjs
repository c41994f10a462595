// What an app does with a connection of openai-node.
import { Conversation } from './conversation.mjs';

export function hold(connection) {
  const conversation = new Conversation(
    (event) => connection.send(event),
    (told) => {
      console.log(JSON.stringify(told));
      connection.close();
    },
  );
  connection.on('error', (error) => {
    console.error(error.message);
    process.exit(1);
  });
  connection.socket.addEventListener('open', () => conversation.begin());
  connection.on('event', (event) => conversation.hear(event));
}
